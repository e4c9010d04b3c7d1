/** The pieces of layers that tfjs does not have as we want them. */
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { BIAS_ADD } from '../backends/kernels/biasAdd.ts';
import type { Tf } from '../backends/types.ts';
import type { Pad } from './graph.ts';

/** `same` where explicit padding comes to the same thing at this size: the backends have kernels for it. */
export function padFor(x: Tensor4D, kernel: number, stride: number, pad: Pad): Pad {
  if (typeof pad === 'string') return pad;
  const [, height, width] = x.shape;
  const vertical = samePadding(height, kernel, stride);
  const horizontal = samePadding(width, kernel, stride);
  const matches = (want: readonly [number, number], before: number, after: number) =>
    want[0] === before && want[1] === after;
  return matches(vertical, pad.top, pad.bottom) && matches(horizontal, pad.left, pad.right) ? 'same' : pad;
}

/** Zeros before and after that give ceil(size / stride) outputs, the odd one after. */
function samePadding(size: number, kernel: number, stride: number): readonly [number, number] {
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + kernel - size);
  return [Math.floor(total / 2), total - Math.floor(total / 2)];
}

export function padWith(tf: Tf, x: Tensor4D, pad: Pad, value: number): Tensor4D {
  if (typeof pad === 'string') return x;
  return tf.pad(
    x,
    [
      [0, 0],
      [pad.top, pad.bottom],
      [pad.left, pad.right],
      [0, 0],
    ],
    value,
  );
}

/** x [..., C] + bias [C]. */
export function biasAdd<T extends Tensor>(tf: Tf, x: T, bias: Tensor): T {
  return tf.engine().runKernel(BIAS_ADD, { x, bias }) as T;
}
