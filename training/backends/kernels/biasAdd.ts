/** Adding a bias a channel, as a kernel: the general broadcast's gradient sums over three axes, slowly. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tf } from '../types.ts';

/** Inputs x [..., C] and bias [C]; output x + bias. */
export const BIAS_ADD = 'FiducialBiasAdd';
/** Input dy [..., C]; output its sum over all axes but the last. */
export const BIAS_ADD_GRAD = 'FiducialBiasAddGrad';

export function registerBiasAddGradient(tf: Tf): void {
  tf.registerGradient({
    kernelName: BIAS_ADD,
    gradFunc: (dy) => ({
      x: () => tf.clone(dy as Tensor),
      bias: () => tf.engine().runKernel(BIAS_ADD_GRAD, { dy: dy as Tensor }) as Tensor,
    }),
  });
}

export function registerComposedBiasAdd(tf: Tf, backendName: string): void {
  tf.registerKernel({
    kernelName: BIAS_ADD,
    backendName,
    kernelFunc: ({ inputs }) => tf.add(inputs.x as Tensor, inputs.bias as Tensor),
  });
  tf.registerKernel({
    kernelName: BIAS_ADD_GRAD,
    backendName,
    kernelFunc: ({ inputs }) => {
      const dy = inputs.dy as Tensor;
      return tf.tidy(() => tf.sum(tf.reshape(dy, [-1, dy.shape.at(-1)!]), 0));
    },
  });
}
