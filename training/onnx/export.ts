/**
 * A network and its parameters as an ONNX file: `image` uint8 [N, H, W, 3] in, `keypoints` float32 [N, K, 2] in crop
 * units out, and where the network has heatmaps `confidence` float32 [N, K] as well.
 */
import { FiducialError } from '../../domain/errors.ts';
import { type Graph, type GraphNode, IMAGE, type ParamValues } from '../nn/graph.ts';
import { OnnxBuilder } from './builder.ts';
import { type Emission, emitConfidence, emitNode, type Value } from './emit.ts';
import { foldBatchNorms, inputsOf } from './foldParams.ts';
import { checkParams } from './params.ts';

export interface ExportOptions {
  /** Default true. Without, the graph keeps its BatchNormalization nodes. */
  readonly foldBatchNorm?: boolean;
  /** Written into the file, for people: recipe, training run. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Throws INVALID_INPUT on parameters that do not fit the graph, INTERNAL on a graph that can not be written. */
export function exportOnnx(graph: Graph, params: ParamValues, options: ExportOptions = {}): Uint8Array {
  checkParams(graph, params);
  const fold = options.foldBatchNorm ?? true;
  const network = fold ? foldBatchNorms(graph, params) : { graph, params };
  const builder = new OnnxBuilder(graph.architecture);
  const softmaxes = new Map<string, string>();
  const values = emitNetwork({ builder, params: network.params, softmaxes }, network.graph);
  const keypoints = madeBy(values, network.graph.outputs.keypoints);
  builder.output('keypoints', keypoints.name, 'float', ['N', graph.points, 2]);
  if (network.graph.outputs.heatmaps !== null) {
    const confidence = emitConfidence({ builder, softmaxes }, madeBy(values, network.graph.outputs.heatmaps));
    builder.output('confidence', confidence, 'float', ['N', graph.points]);
  }
  for (const [key, value] of Object.entries(options.metadata ?? {})) builder.metadata(key, value);
  return builder.encode();
}

function emitNetwork(emission: Pick<Emission, 'builder' | 'params' | 'softmaxes'>, graph: Graph): Map<string, Value> {
  const { width, height } = graph.input;
  emission.builder.input(IMAGE, 'uint8', ['N', height, width, 3]);
  const values = new Map<string, Value>([[IMAGE, { name: IMAGE, shape: [height, width, 3] }]]);
  for (const node of graph.nodes) {
    const inputs = inputsOf(node).map((name) => madeBy(values, name));
    values.set(node.name, emitNode({ ...emission, inputs, feedsOnlyDense: feedsOnlyDense(graph, node) }, node));
  }
  return values;
}

function feedsOnlyDense(graph: Graph, node: GraphNode): boolean {
  const readers = graph.nodes.filter((reader) => 'input' in reader && reader.input === node.name);
  const listed = graph.nodes.some((reader) => 'inputs' in reader && reader.inputs.includes(node.name));
  return !listed && graph.outputs.keypoints !== node.name && readers.every((reader) => reader.op === 'dense');
}

function madeBy(values: ReadonlyMap<string, Value>, name: string): Value {
  const value = values.get(name);
  if (!value)
    throw new FiducialError('INTERNAL', `Expected the nodes in topological order, got ${name} before it is made`);
  return value;
}
