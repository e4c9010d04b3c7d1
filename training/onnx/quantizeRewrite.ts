/** Writes the QuantizeLinear and DequantizeLinear pairs of a plan into a graph. */
import { FiducialError } from '../../domain/errors.ts';
import { toAttribute } from './builder.ts';
import type { Range } from './calibrate.ts';
import { findAttribute, type OnnxGraph, type OnnxNode, type OnnxTensor } from './model.ts';
import type { QuantizationPlan } from './quantizePlan.ts';
import { resultOf } from './quantizePlan.ts';
import { type ActivationScale, activationScale, biasScale, quantizeLayer } from './quantizeWeights.ts';
import { type TensorValues, tensorFloats, toTensor } from './tensor.ts';
import type { Topology } from './topology.ts';

/**
 * Each value with a scale goes through one pair right after it is made. Quantised nodes read the pair; float nodes
 * read it too where a quantised node made the value, since the runtime fuses a layer only if nothing else reads what
 * it gave.
 */
export function insertPairs(
  topology: Topology,
  plan: QuantizationPlan,
  ranges: ReadonlyMap<string, Range>,
  weightLimit: 63 | 127,
): OnnxGraph {
  const quantized = new Set(plan.nodes);
  const guarded = new Set(
    [...new Set(plan.scaleOf.values())].filter((value) =>
      needsGuard(topology, quantized, value, rangeOf(ranges, value)),
    ),
  );
  const scaleOf = (source: string) => {
    const range = rangeOf(ranges, source);
    return activationScale(guarded.has(source) ? { ...range, low: -range.high / 254 } : range);
  };
  const scales = new Map([...plan.scaleOf].map(([value, source]) => [value, scaleOf(source)]));
  const made = new Set(plan.nodes.map((node) => resultOf(topology, node)));
  const writer = new PairWriter(scales, guarded);
  for (const input of topology.graph.input) writer.pair(input.name);
  for (const node of topology.graph.node) {
    const read = (value: string) => (quantized.has(node) || made.has(value) ? writer.read(value) : value);
    const rewired = { ...node, input: node.input.map(read) };
    writer.nodes.push(quantized.has(node) ? writer.withWeights(topology, node, rewired, weightLimit) : rewired);
    for (const output of node.output) writer.pair(output);
  }
  const used = new Set(writer.nodes.flatMap((node) => node.input));
  const initializer = [...topology.graph.initializer, ...writer.initializers].filter(({ name }) => used.has(name));
  return { ...topology.graph, node: writer.nodes, initializer, valueInfo: [] };
}

function rangeOf(ranges: ReadonlyMap<string, Range>, value: string): Range {
  const range = ranges.get(value);
  if (!range) throw new FiducialError('INTERNAL', `Expected a calibrated range for ${value}, got none`);
  return range;
}

/**
 * A float MaxPool before the first quantised layer: the runtime moves QuantizeLinear ahead of it, and its MaxPool over
 * integers, channels first, takes a fifth of the whole time. A Relu in between, which changes nothing where no value
 * is below zero, keeps it in float; a zero point of 1 rather than 0 keeps the Relu from being fused away.
 */
function needsGuard(topology: Topology, quantized: ReadonlySet<OnnxNode>, value: string, range: Range): boolean {
  const producer = topology.producer.get(value);
  if (!producer || quantized.has(producer) || range.low < 0) return false;
  const before = producer.opType === 'Relu' ? topology.producer.get(producer.input[0]!) : producer;
  return before?.opType === 'MaxPool' && !quantized.has(before);
}

class PairWriter {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[] = [];
  readonly #scales: ReadonlyMap<string, ActivationScale>;
  readonly #guarded: ReadonlySet<string>;

  constructor(scales: ReadonlyMap<string, ActivationScale>, guarded: ReadonlySet<string>) {
    this.#scales = scales;
    this.#guarded = guarded;
  }

  read(value: string): string {
    return this.#scales.has(value) ? `${value}.dequantized` : value;
  }

  pair(value: string): void {
    const activation = this.#scales.get(value);
    if (!activation) return;
    const scale = this.#store(`${value}.scale`, [], Float32Array.of(activation.scale));
    const zeroPoint = this.#store(`${value}.zero_point`, [], Uint8Array.of(activation.zeroPoint));
    const source = this.#guarded.has(value) ? this.#push('Relu', [value], `${value}.guarded`) : value;
    this.#push('QuantizeLinear', [source, scale, zeroPoint], `${value}.quantized`);
    this.#push('DequantizeLinear', [`${value}.quantized`, scale, zeroPoint], `${value}.dequantized`);
  }

  /** `rewired` with its weights and bias, if it has any, read from integers. Output channels are axis 0. */
  withWeights(topology: Topology, node: OnnxNode, rewired: OnnxNode, limit: 63 | 127): OnnxNode {
    if (node.opType !== 'Conv' && node.opType !== 'Gemm') return rewired;
    const { scale: inputScale } = this.#scales.get(node.input[0]!)!;
    const [weights, bias] = layerOf(topology, node);
    const layer = quantizeLayer(weights, bias, inputScale, limit);
    const channels = [layer.weightScales.length];
    const weightName = node.input[1]!;
    const scale = this.#store(`${weightName}.scale`, channels, layer.weightScales);
    const zeros = this.#store(`${weightName}.zero_point`, channels, new Int8Array(channels[0]!));
    const stored = this.#store(`${weightName}.quantized`, weights.shape, layer.weights);
    this.#push('DequantizeLinear', [stored, scale, zeros], `${weightName}.dequantized`, 0);
    const input = [rewired.input[0]!, `${weightName}.dequantized`];
    if (layer.bias) input.push(this.#bias(node.input[2]!, layer.bias, inputScale, layer.weightScales));
    return { ...rewired, input };
  }

  #bias(name: string, integers: Int32Array, inputScale: number, weightScales: Float32Array): string {
    const channels = [integers.length];
    const steps = weightScales.map((scale) => biasScale(inputScale, scale));
    const scale = this.#store(`${name}.scale`, channels, steps);
    const zeros = this.#store(`${name}.zero_point`, channels, new Int32Array(integers.length));
    const stored = this.#store(`${name}.quantized`, channels, integers);
    return this.#push('DequantizeLinear', [stored, scale, zeros], `${name}.dequantized`, 0);
  }

  #store(name: string, shape: readonly number[], values: TensorValues): string {
    this.initializers.push(toTensor(name, shape, values));
    return name;
  }

  #push(opType: string, input: string[], output: string, axis?: number): string {
    const attribute = axis === undefined ? [] : [toAttribute('axis', axis)];
    this.nodes.push({ name: output, opType, input, output: [output], attribute });
    return output;
  }
}

function layerOf({ initializers }: Topology, node: OnnxNode) {
  if (node.opType === 'Gemm' && findAttribute(node, 'transB')?.i !== 1) {
    const message = `Expected weights of ${node.name} as [out, in] (transB = 1), got [in, out]; exclude it`;
    throw new FiducialError('INVALID_MODEL', message);
  }
  const bias = node.input[2] ? tensorFloats(initializers.get(node.input[2])!).data : null;
  return [tensorFloats(initializers.get(node.input[1]!)!), bias] as const;
}
