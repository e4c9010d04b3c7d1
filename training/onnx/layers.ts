/**
 * Layers as ONNX nodes. Activations are NCHW inside the graph; weights come as TensorFlow lays them out and are
 * rearranged here.
 */
import type { OnnxBuilder } from './builder.ts';
import { elementCount, type FloatTensor } from './tensor.ts';

/** ONNX order: top, left, bottom, right. `SAME_UPPER` is TensorFlow's `same` where the input's size is free. */
export type Pads = readonly [top: number, left: number, bottom: number, right: number] | 'SAME_UPPER';

export interface WindowOptions {
  readonly name: string;
  readonly strides: readonly [number, number];
  readonly pads: Pads;
}

export interface ConvOptions extends WindowOptions {
  /** [h, w, in, out] (HWIO), or for `depthwise` [h, w, in, multiplier]. */
  readonly kernel: FloatTensor;
  /** [out] */
  readonly bias?: Float32Array | undefined;
  readonly dilations?: readonly [number, number] | undefined;
  readonly depthwise?: boolean;
}

/** TensorFlow's `same` for one axis: the odd pixel goes after. */
export function samePadding(
  size: number,
  kernel: number,
  stride: number,
  dilation = 1,
): [before: number, after: number] {
  const reach = (kernel - 1) * dilation + 1;
  const total = Math.max((Math.ceil(size / stride) - 1) * stride + reach - size, 0);
  const before = Math.floor(total / 2);
  return [before, total - before];
}

/** Permutes axes: `axes[i]` is the axis of `tensor` that becomes axis i. */
export function transpose(tensor: FloatTensor, axes: readonly number[]): FloatTensor {
  const shape = axes.map((axis) => tensor.shape[axis]!);
  const strides = tensor.shape.map((_, axis) => elementCount(tensor.shape.slice(axis + 1)));
  const steps = axes.map((axis) => strides[axis]!);
  const data = new Float32Array(tensor.data.length);
  const index = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let to = 0; to < data.length; to++) {
    data[to] = tensor.data[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      from += steps[axis]!;
      if (index[axis]! < shape[axis]!) break;
      from -= steps[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return { shape, data };
}

/** HWIO to OIHW. */
export function toOihw(kernel: FloatTensor): FloatTensor {
  return transpose(kernel, [3, 2, 0, 1]);
}

/** Depthwise [h, w, in, multiplier] to [in * multiplier, 1, h, w], output channels grouped by input channel. */
export function toDepthwiseOihw(kernel: FloatTensor): FloatTensor {
  const { data } = transpose(kernel, [2, 3, 0, 1]);
  const [h, w, channels, multiplier] = kernel.shape as [number, number, number, number];
  return { shape: [channels * multiplier, 1, h, w], data };
}

/** `x` is [N, in, H, W]. */
export function conv(builder: OnnxBuilder, x: string, options: ConvOptions): string {
  const { name, kernel, bias, depthwise } = options;
  const weights = depthwise ? toDepthwiseOihw(kernel) : toOihw(kernel);
  const inputs = [x, builder.constant(`${name}.weight`, weights.shape, weights.data)];
  if (bias) inputs.push(builder.constant(`${name}.bias`, [bias.length], bias));
  const attributes = {
    kernel_shape: [kernel.shape[0]!, kernel.shape[1]!],
    dilations: options.dilations ?? [1, 1],
    group: depthwise ? kernel.shape[2]! : 1,
    ...windowAttributes(options),
  };
  return builder.node('Conv', inputs, { name, attributes });
}

export function maxPool(
  builder: OnnxBuilder,
  x: string,
  size: readonly [number, number],
  options: WindowOptions,
): string {
  const attributes = { kernel_shape: [...size], ...windowAttributes(options) };
  return builder.node('MaxPool', [x], { name: options.name, attributes });
}

function windowAttributes({ strides, pads }: WindowOptions) {
  const padding = pads === 'SAME_UPPER' ? { auto_pad: pads } : { pads: [...pads] };
  return { strides: [...strides], ...padding };
}

/** `x` is [N, in], `weights` [in, out] as TensorFlow has them. */
export function dense(
  builder: OnnxBuilder,
  x: string,
  options: { readonly name: string; readonly weights: FloatTensor; readonly bias?: Float32Array | undefined },
): string {
  const { name, bias } = options;
  const weights = transpose(options.weights, [1, 0]);
  const inputs = [x, builder.constant(`${name}.weight`, weights.shape, weights.data)];
  if (bias) inputs.push(builder.constant(`${name}.bias`, [bias.length], bias));
  return builder.node('Gemm', inputs, { name, attributes: { transB: 1 } });
}

/**
 * Weights [h * w * c, out] of a dense layer that follows a flattened NHWC tensor, for one that follows a flattened
 * NCHW tensor.
 */
export function fromNhwcFlatten(weights: FloatTensor, [h, w, c]: readonly [number, number, number]): FloatTensor {
  const out = weights.shape[1]!;
  const { data } = transpose({ shape: [h, w, c, out], data: weights.data }, [2, 0, 1, 3]);
  return { shape: weights.shape, data };
}

/** Doubles height and width by repeating pixels. */
export function upsampleNearest2x(builder: OnnxBuilder, x: string, name: string): string {
  const scales = builder.constant(`${name}.scales`, [4], Float32Array.of(1, 1, 2, 2));
  const attributes = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
  return builder.node('Resize', [x, '', scales], { name, attributes });
}
