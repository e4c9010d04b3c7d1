/** One node of a network as ONNX nodes. Shapes are tracked so that `same` becomes explicit pads. */
import { FiducialError } from '../../domain/errors.ts';
import type { BatchNormNode, GraphNode, MaxPoolNode, Pad, ParamValues } from '../nn/graph.ts';
import type { OnnxBuilder } from './builder.ts';
import { normalisedInput } from './input.ts';
import { conv, dense, fromNhwcFlatten, maxPool, type Pads, samePadding, upsampleNearest2x } from './layers.ts';
import { paramOf } from './params.ts';

type MapShape = readonly [height: number, width: number, channels: number];

/** `name` is [N, C, H, W] in the ONNX graph for a shape [H, W, C], [N, F] for [F], [N, K, 2] for [K, 2]. */
export interface Value {
  readonly name: string;
  readonly shape: readonly number[];
  /** Of a vector that was flattened in channels-first order: the [H, W, C] it was. */
  readonly flattenedFrom?: MapShape;
}

export interface Emission {
  readonly builder: OnnxBuilder;
  readonly params: ParamValues;
  readonly inputs: readonly Value[];
  /** Whether only dense layers read the node. */
  readonly feedsOnlyDense: boolean;
  /** The softmax over each heatmap tensor that has one already. */
  readonly softmaxes: Map<string, string>;
}

export function emitNode(emission: Emission, node: GraphNode): Value {
  const { builder, inputs } = emission;
  const { name } = node;
  const input = inputs[0]!;
  switch (node.op) {
    case 'normalise': {
      const { grey, mean, deviation } = node;
      const value = normalisedInput(builder, input.name, { channels: grey ? 1 : 3, mean, std: deviation });
      return { name: value, shape: [...mapShape(input).slice(0, 2), grey ? 1 : 3] };
    }
    case 'conv':
    case 'depthwiseConv':
      return emitConv(emission, node);
    case 'batchNorm':
      return { name: emitBatchNorm(emission, node), shape: input.shape };
    case 'relu':
      return { ...input, name: builder.node('Relu', [input.name], { name }) };
    case 'maxPool':
      return emitMaxPool(emission, node);
    case 'add':
      return { name: builder.node('Add', names(inputs), { name }), shape: input.shape };
    case 'concat':
      return emitConcat(emission, name);
    case 'upsampleNearest2x': {
      const [h, w, c] = mapShape(input);
      return { name: upsampleNearest2x(builder, input.name, name), shape: [2 * h, 2 * w, c] };
    }
    case 'globalAvgPool': {
      const pooled = builder.node('GlobalAveragePool', [input.name], { name });
      return { name: builder.node('Flatten', [pooled], { name: `${name}.flat` }), shape: [mapShape(input)[2]] };
    }
    case 'flatten':
      return emitFlatten(emission, name);
    case 'dense':
      return emitDense(emission, node);
    case 'points':
      return { name: reshape(builder, input.name, [0, node.points, 2], name), shape: [node.points, 2] };
    case 'softArgmax':
      return emitSoftArgmax(emission, name);
  }
}

function emitConv(
  { builder, params, inputs }: Emission,
  node: Extract<GraphNode, { op: 'conv' | 'depthwiseConv' }>,
): Value {
  const input = inputs[0]!;
  const { name, kernel: k, stride } = node;
  const depthwise = node.op === 'depthwiseConv';
  const shape = depthwise ? [k, k, node.channels, 1] : [k, k, node.inChannels, node.outChannels];
  const { pads, height, width } = windowOver(input, k, stride, node.pad);
  const kernel = { shape, data: paramOf(params, node.weight) };
  const bias = node.bias === null ? undefined : paramOf(params, node.bias);
  const value = conv(builder, input.name, { name, kernel, bias, strides: [stride, stride], pads, depthwise });
  return { name: value, shape: [height, width, depthwise ? node.channels : node.outChannels] };
}

function emitMaxPool({ builder, inputs }: Emission, node: MaxPoolNode): Value {
  const input = inputs[0]!;
  const { pads, height, width } = windowOver(input, node.size, node.stride, node.pad);
  const options = { name: node.name, strides: [node.stride, node.stride], pads } as const;
  const value = maxPool(builder, input.name, [node.size, node.size], options);
  return { name: value, shape: [height, width, mapShape(input)[2]] };
}

function windowOver(input: Value, kernel: number, stride: number, pad: Pad) {
  const [h, w] = mapShape(input);
  const [top, bottom] = paddingOf(pad, h, kernel, stride, 'top', 'bottom');
  const [left, right] = paddingOf(pad, w, kernel, stride, 'left', 'right');
  const pads: Pads = [top, left, bottom, right];
  const steps = (size: number) => Math.floor((size - kernel) / stride) + 1;
  return { pads, height: steps(h + top + bottom), width: steps(w + left + right) };
}

function paddingOf(
  pad: Pad,
  size: number,
  kernel: number,
  stride: number,
  before: 'top' | 'left',
  after: 'bottom' | 'right',
): [number, number] {
  if (pad === 'valid') return [0, 0];
  return pad === 'same' ? samePadding(size, kernel, stride) : [pad[before], pad[after]];
}

function emitBatchNorm({ builder, params, inputs }: Emission, node: BatchNormNode): string {
  const parts = [node.gamma, node.beta, node.mean, node.variance];
  const constants = parts.map((part) => builder.constant(part, [node.channels], paramOf(params, part)));
  const attributes = { epsilon: { float: node.epsilon } };
  return builder.node('BatchNormalization', [inputs[0]!.name, ...constants], { name: node.name, attributes });
}

function emitConcat({ builder, inputs }: Emission, name: string): Value {
  const [h, w] = mapShape(inputs[0]!);
  const channels = inputs.reduce((sum, input) => sum + mapShape(input)[2], 0);
  return { name: builder.node('Concat', names(inputs), { name, attributes: { axis: 1 } }), shape: [h, w, channels] };
}

/** Rows, columns, channels is the order outside; dense weights are reordered where only dense layers read it. */
function emitFlatten({ builder, inputs, feedsOnlyDense }: Emission, name: string): Value {
  const input = inputs[0]!;
  const flattenedFrom = mapShape(input);
  const shape = [flattenedFrom[0] * flattenedFrom[1] * flattenedFrom[2]];
  if (feedsOnlyDense) return { name: builder.node('Flatten', [input.name], { name }), shape, flattenedFrom };
  const attributes = { perm: [0, 2, 3, 1] };
  const rows = builder.node('Transpose', [input.name], { name: `${name}.rows`, attributes });
  return { name: builder.node('Flatten', [rows], { name }), shape };
}

function emitDense({ builder, params, inputs }: Emission, node: Extract<GraphNode, { op: 'dense' }>): Value {
  const input = inputs[0]!;
  const given = { shape: [node.inFeatures, node.outFeatures], data: paramOf(params, node.weight) };
  const weights = input.flattenedFrom ? fromNhwcFlatten(given, input.flattenedFrom) : given;
  const options = { name: node.name, weights, bias: paramOf(params, node.bias) };
  return { name: dense(builder, input.name, options), shape: [node.outFeatures] };
}

/** Softmax over the cells, then their centres in crop units weighed by it: one matrix product. */
function emitSoftArgmax(emission: Emission, name: string): Value {
  const { builder, inputs } = emission;
  const [h, w, points] = mapShape(inputs[0]!);
  const weights = cellWeights(emission, inputs[0]!);
  const centres = new Float32Array(h * w * 2);
  for (let cell = 0; cell < h * w; cell++) {
    centres[2 * cell] = ((cell % w) + 0.5) / w;
    centres[2 * cell + 1] = (Math.floor(cell / w) + 0.5) / h;
  }
  const constant = builder.constant(`${name}.centres`, [h * w, 2], centres);
  return { name: builder.node('MatMul', [weights, constant], { name }), shape: [points, 2] };
}

/** [N, K, H * W], each map summing to 1. */
function cellWeights({ builder, softmaxes }: Pick<Emission, 'builder' | 'softmaxes'>, { name, shape }: Value): string {
  const made = softmaxes.get(name);
  if (made) return made;
  const [h, w, points] = shape as unknown as MapShape;
  const cells = reshape(builder, name, [0, points, h * w], `${name}.cells`);
  const softmax = builder.node('Softmax', [cells], { name: `${name}.softmax`, attributes: { axis: 2 } });
  softmaxes.set(name, softmax);
  return softmax;
}

/**
 * [N, K], 0 to 1: the largest share of a point's heatmap that lies within 3x3 cells. Near 1 where the network is sure
 * of one place, small where it hesitates between several.
 */
export function emitConfidence(emission: Pick<Emission, 'builder' | 'softmaxes'>, heatmaps: Value): string {
  const { builder } = emission;
  const [h, w, points] = mapShape(heatmaps);
  const weights = cellWeights(emission, heatmaps);
  const maps = reshape(builder, weights, [0, points, h, w], 'confidence.maps');
  const window = { kernel_shape: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1], count_include_pad: 1 };
  const means = builder.node('AveragePool', [maps], { name: 'confidence.means', attributes: window });
  const peak = builder.node('ReduceMax', [means], {
    name: 'confidence.peak',
    attributes: { axes: [2, 3], keepdims: 0 },
  });
  const cells = builder.constant('confidence.cells9', [1], Float32Array.of(9));
  const mass = builder.node('Mul', [peak, cells], { name: 'confidence.mass' });
  const one = builder.constant('confidence.one', [1], Float32Array.of(1));
  return builder.node('Min', [mass, one], { name: 'confidence.share' });
}

function reshape(builder: OnnxBuilder, x: string, shape: readonly number[], name: string): string {
  const target = builder.constant(`${name}.shape`, [shape.length], BigInt64Array.from(shape, BigInt));
  return builder.node('Reshape', [x, target], { name });
}

function names(values: readonly Value[]): string[] {
  return values.map((value) => value.name);
}

function mapShape({ name, shape }: Value): MapShape {
  if (shape.length === 3) return shape as unknown as MapShape;
  throw new FiducialError('INTERNAL', `Expected a map [H, W, C] at ${name}, got [${shape.join(', ')}]`);
}
