/** Batch norm folded into the convolution before it, on an ONNX graph (for graphs that were made elsewhere). */
import { findAttribute, type OnnxModel, type OnnxNode } from './model.ts';
import { tensorFloats, toTensor } from './tensor.ts';
import { onlyReader, type Topology, topologyOf } from './topology.ts';

/** ONNX's default. */
const EPSILON = 1e-5;

/** The same function; a BatchNormalization that does not alone read a Conv with stored weights stays. */
export function foldBatchNormNodes(model: OnnxModel): OnnxModel {
  const topology = topologyOf(model.graph);
  const initializers = new Map(topology.initializers);
  const replaced = new Map<OnnxNode, OnnxNode>();
  const dropped = new Set<OnnxNode>();
  for (const conv of model.graph.node) {
    const norm = conv.opType === 'Conv' ? onlyReader(topology, conv.output[0]!) : undefined;
    if (norm?.opType !== 'BatchNormalization' || !isFoldable(topology, conv, norm)) continue;
    const name = `${conv.name || conv.output[0]}.folded`;
    const { weights, bias, shape } = foldedWeights(topology, conv, norm);
    initializers.set(`${name}.weight`, toTensor(`${name}.weight`, shape, weights));
    initializers.set(`${name}.bias`, toTensor(`${name}.bias`, [bias.length], bias));
    replaced.set(conv, { ...conv, input: [conv.input[0]!, `${name}.weight`, `${name}.bias`], output: norm.output });
    dropped.add(norm);
  }
  const node = model.graph.node.filter((each) => !dropped.has(each)).map((each) => replaced.get(each) ?? each);
  const read = new Set(node.flatMap((each) => each.input));
  const initializer = [...initializers.values()].filter((tensor) => read.has(tensor.name));
  return { ...model, graph: { ...model.graph, node, initializer } };
}

function isFoldable(topology: Topology, conv: OnnxNode, norm: OnnxNode): boolean {
  const stored = [...conv.input.slice(1), ...norm.input.slice(1)];
  return norm.input[0] === conv.output[0] && stored.every((name) => topology.initializers.has(name));
}

function foldedWeights({ initializers }: Topology, conv: OnnxNode, norm: OnnxNode) {
  const read = (name: string | undefined) => tensorFloats(initializers.get(name ?? '')!);
  const [gamma, beta, mean, variance] = norm.input.slice(1).map((name) => read(name).data) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const epsilon = findAttribute(norm, 'epsilon')?.f ?? EPSILON;
  const scale = Float64Array.from(gamma, (value, i) => value / Math.sqrt(variance[i]! + epsilon));
  const { shape, data } = read(conv.input[1]);
  const perChannel = data.length / shape[0]!;
  const weights = data.map((value, i) => value * scale[Math.floor(i / perChannel)]!);
  const given = conv.input[2] ? read(conv.input[2]).data : null;
  const bias = Float32Array.from(beta, (value, i) => value + ((given?.[i] ?? 0) - mean[i]!) * scale[i]!);
  return { weights, bias, shape };
}
