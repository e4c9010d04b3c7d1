/** Who makes and who reads each value of an ONNX graph. */
import type { OnnxGraph, OnnxNode, OnnxTensor } from './model.ts';

export interface Topology {
  readonly graph: OnnxGraph;
  readonly producer: ReadonlyMap<string, OnnxNode>;
  readonly readers: ReadonlyMap<string, readonly OnnxNode[]>;
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  readonly outputs: ReadonlySet<string>;
}

export function topologyOf(graph: OnnxGraph): Topology {
  const producer = new Map<string, OnnxNode>();
  const readers = new Map<string, OnnxNode[]>();
  for (const node of graph.node) {
    for (const output of node.output) producer.set(output, node);
    for (const input of node.input) readers.set(input, [...(readers.get(input) ?? []), node]);
  }
  const initializers = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  const outputs = new Set(graph.output.map((value) => value.name));
  return { graph, producer, readers, initializers, outputs };
}

/** The inputs of a node that are computed or fed, not stored. */
export function activations(topology: Topology, node: OnnxNode): string[] {
  return node.input.filter((input) => input !== '' && !topology.initializers.has(input));
}

/** The one node that reads a value, where it is one and the value is no output of the graph. */
export function onlyReader(topology: Topology, value: string): OnnxNode | undefined {
  const readers = topology.readers.get(value) ?? [];
  return readers.length === 1 && !topology.outputs.has(value) ? readers[0] : undefined;
}
