/**
 * The gradient of a convolution by its input as a convolution, in place of the wasm backend's naive loop: dY, with
 * stride - 1 zeros between its pixels and padded, convolved with the filter turned by 180 degrees, its in and out
 * channels swapped.
 */
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Tf } from '../types.ts';
import { type Convolution, convolutionOf } from './convolution.ts';
import { replaceKernel } from './replaceKernel.ts';

export function registerConv2DBackpropInput(tf: Tf): void {
  replaceKernel(tf, 'Conv2DBackpropInput', () => ({ inputs, attrs }) => {
    const { dy, filter } = inputs as unknown as { dy: Tensor4D; filter: Tensor4D };
    const { inputShape } = attrs as unknown as { inputShape: [number, number, number, number] };
    return tf.tidy(() => {
      const [kernelHeight, kernelWidth] = filter.shape;
      const convolution = convolutionOf(tf, inputShape, filter.shape, attrs);
      const spread = spreadByStride(tf, dy, convolution);
      const rows = alignTo(inputShape[1] + kernelHeight - 1, spread.shape[1], kernelHeight - 1 - convolution.top);
      const columns = alignTo(inputShape[2] + kernelWidth - 1, spread.shape[2], kernelWidth - 1 - convolution.left);
      const [count, , , out] = spread.shape;
      const cut = tf.slice(spread, [0, rows.skip, columns.skip, 0], [count, rows.take, columns.take, out]);
      const padded = tf.pad(cut, [
        [0, 0],
        [rows.before, rows.after],
        [columns.before, columns.after],
        [0, 0],
      ]);
      const turned = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]) as Tensor4D;
      return tf.conv2d(padded, turned, 1, 'valid');
    });
  });
}

/** [N,OH,OW,C] -> [N,OH*sh,OW*sw,C], zeros after each pixel. By padding of a reshaped view: nothing is scattered. */
function spreadByStride(tf: Tf, dy: Tensor4D, { strides }: Convolution): Tensor4D {
  if (strides.height === 1 && strides.width === 1) return dy;
  const [count, height, width, channels] = dy.shape;
  const apart = tf.pad(tf.reshape(dy, [count * height, 1, width, channels]), [
    [0, 0],
    [0, strides.height - 1],
    [0, 0],
    [0, (strides.width - 1) * channels],
  ]);
  return tf.reshape(apart, [count, height * strides.height, width * strides.width, channels]);
}

/** How to make `have` pixels, of which the first belongs at `before`, into `want`: what to cut off, and what to pad. */
function alignTo(want: number, have: number, before: number) {
  const skip = Math.max(0, -before);
  const take = Math.min(have - skip, want - Math.max(0, before));
  return { skip, take, before: Math.max(0, before), after: want - Math.max(0, before) - take };
}
