/** Batch norm folded into the convolution before it, on a network and its parameters. */
import type { BatchNormNode, Graph, GraphNode, ParamValues } from '../nn/graph.ts';
import { paramOf } from './params.ts';

export interface Folded {
  readonly graph: Graph;
  readonly params: ParamValues;
}

type Convolution = Extract<GraphNode, { op: 'conv' | 'depthwiseConv' }>;

/**
 * The same function without batch norms, wherever a convolution alone feeds one: weight * s and
 * beta + (bias - mean) * s with s = gamma / sqrt(variance + epsilon). Other batch norms stay.
 */
export function foldBatchNorms(graph: Graph, params: ParamValues): Folded {
  const values = new Map(params);
  const replaced = new Map<string, Convolution>();
  const dropped = new Map<string, string>();
  for (const node of graph.nodes) {
    if (node.op !== 'batchNorm') continue;
    const conv = graph.nodes.find((candidate) => candidate.name === node.input);
    if (!conv || (conv.op !== 'conv' && conv.op !== 'depthwiseConv')) continue;
    if (readersOf(graph, conv.name) !== 1) continue;
    replaced.set(conv.name, foldOne(conv, node, values));
    dropped.set(node.name, conv.name);
  }
  const renamed = (name: string) => dropped.get(name) ?? name;
  const nodes = graph.nodes
    .filter((node) => !dropped.has(node.name))
    .map((node) => withInputs(replaced.get(node.name) ?? node, renamed));
  const { keypoints, heatmaps } = graph.outputs;
  const outputs = { keypoints: renamed(keypoints), heatmaps: heatmaps === null ? null : renamed(heatmaps) };
  return { graph: { ...graph, nodes, outputs }, params: values };
}

/** Output channels lie last in HWIO; in HWC1 they are the channels, last but for the 1. Either way they vary fastest. */
function foldOne(conv: Convolution, norm: BatchNormNode, values: Map<string, Float32Array>): Convolution {
  const [gamma, beta] = [paramOf(values, norm.gamma), paramOf(values, norm.beta)];
  const [mean, variance] = [paramOf(values, norm.mean), paramOf(values, norm.variance)];
  const bias = conv.bias === null ? null : paramOf(values, conv.bias);
  const scale = Float64Array.from(gamma, (value, i) => value / Math.sqrt(variance[i]! + norm.epsilon));
  const channels = norm.channels;
  const weight = paramOf(values, conv.weight).map((value, i) => value * scale[i % channels]!);
  const biasName = conv.bias ?? `${conv.name}.bias`;
  const folded = Float32Array.from(beta, (value, i) => value + ((bias?.[i] ?? 0) - mean[i]!) * scale[i]!);
  for (const name of [norm.gamma, norm.beta, norm.mean, norm.variance]) values.delete(name);
  values.set(conv.weight, weight);
  values.set(biasName, folded);
  return { ...conv, bias: biasName };
}

export function inputsOf(node: GraphNode): readonly string[] {
  return 'inputs' in node ? node.inputs : [node.input];
}

function readersOf(graph: Graph, name: string): number {
  const outputs = [graph.outputs.keypoints, graph.outputs.heatmaps].filter((output) => output === name).length;
  return outputs + graph.nodes.flatMap(inputsOf).filter((input) => input === name).length;
}

function withInputs(node: GraphNode, renamed: (name: string) => string): GraphNode {
  if (node.op === 'add') return { ...node, inputs: [renamed(node.inputs[0]), renamed(node.inputs[1])] };
  if (node.op === 'concat') return { ...node, inputs: node.inputs.map(renamed) };
  if (node.op === 'normalise') return node;
  return { ...node, input: renamed(node.input) };
}
