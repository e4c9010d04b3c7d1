/** A graph from elsewhere, wrapped so that it takes `image` and gives `keypoints` as ours do. */
import { FiducialError } from '../../domain/errors.ts';
import { OnnxBuilder, valueInfo } from './builder.ts';
import { type InputNormalisation, normalisedInput } from './input.ts';
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxValueInfo } from './model.ts';
import { decodeModel, encodeModel } from './proto.ts';

/** What the foreign graph expects and gives. */
export interface ForeignConventions {
  readonly layout: 'NCHW' | 'NHWC';
  readonly colour: 'RGB' | 'BGR' | 'grey';
  /** A value a channel, in the order of `colour`: the graph wants (x / 255 - mean) / std. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Of its coordinates: 0 to 1, pixels of its input, or -1 to 1. */
  readonly units: 'crop' | 'pixels' | 'centred';
  /** Name of the output that holds the coordinates, x before y, [N, 2K] or [N, K, 2]. Default: its only one. */
  readonly output?: string;
}

export interface CropShape {
  readonly width: number;
  readonly height: number;
  readonly points: number;
}

/** Everything added is named so. */
const PREFIX = 'fiducial.';

/** Throws INVALID_MODEL where the graph has several inputs, or not the output that is named. */
export function adaptForeign(onnxBytes: Uint8Array, conventions: ForeignConventions, shape: CropShape): Uint8Array {
  const foreign = freeNames(decodeModel(onnxBytes), ['image', 'keypoints']);
  const stored = new Set(foreign.graph.initializer.map((tensor) => tensor.name));
  const inputs = foreign.graph.input.filter((input) => !stored.has(input.name));
  if (inputs.length !== 1) {
    throw new FiducialError('INVALID_MODEL', `Expected a graph with one input, got ${namesOf(inputs)}`);
  }
  const builder = new OnnxBuilder(foreign.graph.name, 'Wrapped on import');
  const image = builder.input('image', 'uint8', ['N', shape.height, shape.width, 3]);
  const fed = feed(builder, image, conventions);
  const head = builder.model().graph.node.length;
  read(builder, outputOf(foreign.graph, conventions), conventions, shape);
  const added = prefixed(builder.model().graph);
  const rename = new Map([[inputs[0]!.name, `${PREFIX}${fed}`]]);
  const graph: OnnxGraph = {
    ...foreign.graph,
    node: [...added.node.slice(0, head), ...renameNodes(foreign.graph.node, rename), ...added.node.slice(head)],
    initializer: [...foreign.graph.initializer, ...added.initializer],
    input: added.input,
    output: [valueInfo('keypoints', 'float', ['N', shape.points, 2])],
    valueInfo: [],
  };
  return encodeModel({ ...foreign, irVersion: Math.max(foreign.irVersion, 4), graph });
}

function feed(builder: OnnxBuilder, image: string, { layout, colour, mean, std }: ForeignConventions): string {
  const grey = colour === 'grey';
  const bgr = colour === 'BGR';
  const ordered = (values: readonly number[]) => (bgr ? values.toReversed() : values);
  const normalisation: InputNormalisation = { channels: grey ? 1 : 3, mean: ordered(mean), std: ordered(std) };
  let x = normalisedInput(builder, image, normalisation);
  if (bgr) {
    const order = builder.constant('bgr', [3], BigInt64Array.of(2n, 1n, 0n));
    x = builder.node('Gather', [x, order], { name: 'reordered', attributes: { axis: 1 } });
  }
  if (layout === 'NCHW') return x;
  return builder.node('Transpose', [x], { name: 'rows', attributes: { perm: [0, 2, 3, 1] } });
}

function outputOf(graph: OnnxGraph, { output }: ForeignConventions): string {
  const outputs = graph.output.map((value) => value.name);
  const chosen = output === undefined && outputs.length === 1 ? outputs[0]! : output;
  const inside = chosen === 'keypoints' || chosen === 'image' ? `${chosen}.foreign` : chosen;
  if (inside !== undefined && outputs.includes(inside)) return inside;
  const got = output === undefined ? `${outputs.length}; name one` : output;
  throw new FiducialError('INVALID_MODEL', `Expected one of the outputs ${namesOf(graph.output)}, got ${got}`);
}

function read(builder: OnnxBuilder, output: string, { units }: ForeignConventions, shape: CropShape): void {
  const { width, height, points } = shape;
  const dims = builder.constant('points.shape', [3], BigInt64Array.of(0n, BigInt(points), 2n));
  const pairs = builder.node('Reshape', [`${FOREIGN}${output}`, dims], { name: 'pairs' });
  const factors = { crop: [1, 1], pixels: [1 / width, 1 / height], centred: [0.5, 0.5] }[units];
  const shift = units === 'centred' ? 0.5 : 0;
  const scaled = builder.node('Mul', [pairs, builder.constant('factors', [2], Float32Array.from(factors))], {
    name: 'scaled',
  });
  builder.node('Add', [scaled, builder.constant('shift', [1], Float32Array.of(shift))], { name: 'keypoints' });
}

/** Marks a name of the foreign graph, which keeps it. */
const FOREIGN = '\0';

function prefixed(graph: OnnxGraph): OnnxGraph {
  const kept = new Set(['image', 'keypoints', '']);
  const name = (value: string) =>
    value.startsWith(FOREIGN) ? value.slice(1) : kept.has(value) ? value : `${PREFIX}${value}`;
  const node = graph.node.map((each) => ({
    ...each,
    name: `${PREFIX}${each.name}`,
    input: each.input.map(name),
    output: each.output.map(name),
  }));
  return { ...graph, node, initializer: graph.initializer.map((tensor) => ({ ...tensor, name: name(tensor.name) })) };
}

/** The same graph without these names for its values: they are ours. */
function freeNames(model: OnnxModel, names: readonly string[]): OnnxModel {
  const rename = new Map(names.map((name) => [name, `${name}.foreign`]));
  const renamed = <T extends { name: string }>(value: T): T => ({
    ...value,
    name: rename.get(value.name) ?? value.name,
  });
  const { node, input, output, initializer } = model.graph;
  const graph = {
    ...model.graph,
    node: renameNodes(node, rename),
    input: input.map(renamed),
    output: output.map(renamed),
    initializer: initializer.map(renamed),
  };
  return { ...model, graph };
}

/** In the bodies of loops and branches too, which read values of the graph around them. */
function renameNodes(nodes: readonly OnnxNode[], rename: ReadonlyMap<string, string>): OnnxNode[] {
  const renamed = (value: string) => rename.get(value) ?? value;
  return nodes.map((node) => ({
    ...node,
    input: node.input.map(renamed),
    output: node.output.map(renamed),
    attribute: node.attribute.map((attribute) =>
      attribute.g ? { ...attribute, g: { ...attribute.g, node: renameNodes(attribute.g.node, rename) } } : attribute,
    ),
  }));
}

function namesOf(values: readonly OnnxValueInfo[]): string {
  return values.map((value) => value.name).join(', ') || 'none';
}
