/**
 * Matrix products with a transpose, which the wasm backend computes by a naive loop: the operand is transposed, and the
 * product is the backend's fast one. Of A·Bᵀ with the larger B, A is transposed instead: A·Bᵀ = (B·Aᵀ)ᵀ.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tf } from '../types.ts';
import { replaceKernel } from './replaceKernel.ts';

export function registerBatchMatMul(tf: Tf): void {
  const transposed = (x: Tensor) => tf.transpose(x, x.rank === 3 ? [0, 2, 1] : [1, 0]);
  replaceKernel(tf, 'BatchMatMul', (own) => (call) => {
    const { a, b } = call.inputs as unknown as { a: Tensor; b: Tensor };
    const { transposeA, transposeB } = call.attrs as unknown as { transposeA: boolean; transposeB: boolean };
    const same = a.shape.length === b.shape.length && (a.shape.length === 2 || a.shape.length === 3);
    if ((!transposeA && !transposeB) || !same) return own!(call);
    return tf.tidy(() => {
      if (!transposeA && b.size > a.size) return transposed(tf.matMul(b, transposed(a)));
      return tf.matMul(transposeA ? transposed(a) : a, transposeB ? transposed(b) : b);
    });
  });
}
