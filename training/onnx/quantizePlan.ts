/** Which nodes of a float graph are computed in int8, and which of its values carry a scale. */
import { findAttribute, type OnnxNode } from './model.ts';
import { activations, onlyReader, type Topology } from './topology.ts';

/** Those with weights. */
const WEIGHTED = new Set(['Conv', 'Gemm']);
/** What these give has a range of its own. */
const COMBINING = new Set(['Add', 'Concat', 'GlobalAveragePool']);
/** What these give are values of what they read: one scale serves both sides. */
const PASSING = new Set(['MaxPool', 'Resize', 'Flatten', 'Reshape', 'Transpose']);

export interface QuantizationPlan {
  /** In the order of the graph. */
  readonly nodes: readonly OnnxNode[];
  /** Value to the value whose scale it has: its own name, or what a passing node read. */
  readonly scaleOf: ReadonlyMap<string, string>;
}

/**
 * Float stay: the stem (the first convolution wider than a pixel, and all before it), the last weighted layers and
 * all after them, and what `exclude` names. Residual adds, concatenations, poolings and upsamplings between quantised
 * layers are quantised with them.
 */
export function planQuantization(topology: Topology, exclude: ReadonlySet<string> = new Set()): QuantizationPlan {
  const weighted = topology.graph.node.filter((node) => isWeighted(topology, node));
  const first = weighted.findIndex((node) => node.opType === 'Conv' && kernelArea(node) > 1);
  const stem = new Set(weighted.slice(0, first + 1));
  const chosen = new Set<OnnxNode>();
  const scaleOf = new Map<string, string>();
  const carries = (value: string) => scaleOf.has(value);
  const carry = (value: string, from = value) => scaleOf.set(value, scaleOf.get(from) ?? from);
  for (const node of topology.graph.node) {
    if (exclude.has(node.name ?? '')) continue;
    const inputs = activations(topology, node);
    if (isWeighted(topology, node)) {
      if (stem.has(node) || isLast(topology, node)) continue;
    } else if (COMBINING.has(node.opType)) {
      if (!inputs.some(carries) || inputs.length < (node.opType === 'GlobalAveragePool' ? 1 : 2)) continue;
    } else if (!isPassing(node) || !inputs.every(carries)) continue;
    if (!leadsOn(topology, node)) continue;
    chosen.add(node);
    for (const input of inputs) if (!carries(input)) carry(input);
    carry(resultOf(topology, node), PASSING.has(node.opType) ? inputs[0]! : undefined);
  }
  return { nodes: [...chosen], scaleOf };
}

/** The value that a node gives once the Relu that alone reads it, if there is one, is counted in. */
export function resultOf(topology: Topology, node: OnnxNode): string {
  const reader = onlyReader(topology, node.output[0]!);
  return reader?.opType === 'Relu' && !PASSING.has(node.opType) ? reader.output[0]! : node.output[0]!;
}

function isWeighted(topology: Topology, node: OnnxNode): boolean {
  return WEIGHTED.has(node.opType) && topology.initializers.has(node.input[1] ?? '');
}

function isPassing(node: OnnxNode): boolean {
  if (node.opType !== 'Resize') return PASSING.has(node.opType);
  return Buffer.from(findAttribute(node, 'mode')?.s ?? 'nearest').toString() === 'nearest';
}

function kernelArea(node: OnnxNode): number {
  return (findAttribute(node, 'kernel_shape')?.ints ?? []).reduce((area, side) => area * side, 1);
}

/** Whether no weighted layer comes after. */
function isLast(topology: Topology, node: OnnxNode): boolean {
  return !leadsOn(topology, node);
}

function leadsOn(topology: Topology, node: OnnxNode): boolean {
  const seen = new Set<OnnxNode>();
  const open = [node];
  for (let current = open.pop(); current; current = open.pop()) {
    for (const reader of current.output.flatMap((value) => topology.readers.get(value) ?? [])) {
      if (isWeighted(topology, reader)) return true;
      if (!seen.has(reader)) open.push(reader);
      seen.add(reader);
    }
  }
  return false;
}
