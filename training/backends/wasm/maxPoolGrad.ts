/**
 * The wasm backend's MaxPoolGrad (4.22.0) loses the gradient of every window whose maximum is not above 0. Shifting
 * input and output by one constant moves no maximum, and makes all of them positive. The constant comes from the maxima,
 * not from the input: beside a padding of -3.4e38 all values would be rounded to the same.
 */
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { Tf } from '../types.ts';
import { replaceKernel } from './replaceKernel.ts';

export function registerMaxPoolGrad(tf: Tf): void {
  replaceKernel(tf, 'MaxPoolGrad', (own) => (call) => {
    const { dy, input, output } = call.inputs as unknown as { dy: TensorInfo; input: Tensor; output: Tensor };
    return tf.tidy(() => {
      const shift = tf.sub(1, tf.min(output));
      const positive = { dy, input: tf.add(input, shift), output: tf.add(output, shift) };
      return own!({ ...call, inputs: positive }) as TensorInfo as Tensor;
    });
  });
}
