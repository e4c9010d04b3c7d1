/** ReLU's gradient as a kernel of its own, so that a backend may have a faster one. It needs the output only. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tf } from '../types.ts';

/** Inputs dy and y = relu(x), of one shape; output dx. */
export const RELU_GRAD = 'FiducialReluGrad';

export function registerReluGradient(tf: Tf): void {
  tf.registerGradient({
    kernelName: 'Relu',
    outputsToSave: [true],
    gradFunc: (dy, saved) => ({
      x: () => tf.engine().runKernel(RELU_GRAD, { dy: dy as Tensor, y: saved[0] as Tensor }) as Tensor,
    }),
  });
}

export function registerComposedReluGrad(tf: Tf, backendName: string): void {
  tf.registerKernel({
    kernelName: RELU_GRAD,
    backendName,
    kernelFunc: ({ inputs }) => tf.tidy(() => tf.mul(inputs.dy as Tensor, tf.step(inputs.y as Tensor))),
  });
}
