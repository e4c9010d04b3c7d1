/**
 * Batch norm in training mode (Ioffe and Szegedy 2015) as a pair of kernels over the last axis, since tfjs has only
 * the inference mode. Composed here of what every backend has; native/batchNorm.ts has TensorFlow's own.
 */
import type { NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import type { Tf } from '../types.ts';

/**
 * Inputs x [N,H,W,C], gamma [C], beta [C]; attribute epsilon.
 * Outputs y, mean [C], variance [C] (n - 1 in the denominator, as running statistics take it), and the two [C] that
 * the gradient wants back.
 */
export const BATCH_NORM_TRAINING = 'FiducialBatchNorm';
/** Inputs dy, x, gamma, savedMean, savedVariance; outputs dx, dgamma, dbeta. */
export const BATCH_NORM_GRAD = 'FiducialBatchNormGrad';

const OVER = [0, 1, 2];

export interface BatchNormOutputs {
  readonly y: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
}

export function batchNormTraining(tf: Tf, x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number): BatchNormOutputs {
  const outputs = tf.engine().runKernel(BATCH_NORM_TRAINING, { x, gamma, beta }, { epsilon }) as unknown as Tensor[];
  return { y: outputs[0]!, mean: outputs[1]!, variance: outputs[2]! };
}

export function registerBatchNormGradient(tf: Tf): void {
  tf.registerGradient({
    kernelName: BATCH_NORM_TRAINING,
    inputsToSave: ['x', 'gamma'],
    outputsToSave: [false, false, false, true, true],
    gradFunc: (dys, saved, attrs) => {
      const dy = (dys as Tensor[])[0]!;
      const [x, gamma, savedMean, savedVariance] = saved as [Tensor, Tensor, Tensor, Tensor];
      // At once, not when first asked for: each of the three is asked for in a scope that disposes what it doesn't return.
      const inputs = { dy, x, gamma, savedMean, savedVariance } as unknown as NamedTensorMap;
      const [dx, dgamma, dbeta] = tf.engine().runKernel(BATCH_NORM_GRAD, inputs, attrs) as unknown as Tensor[];
      return { x: () => dx!, gamma: () => dgamma!, beta: () => dbeta! };
    },
  });
}

export function registerComposedBatchNorm(tf: Tf, backendName: string): void {
  tf.registerKernel({
    kernelName: BATCH_NORM_TRAINING,
    backendName,
    kernelFunc: ({ inputs, attrs }) => {
      const { x, gamma, beta } = inputs as Record<string, Tensor>;
      const { epsilon } = attrs as unknown as { epsilon: number };
      return kept(tf, () => {
        const mean = tf.mean(x!, OVER);
        const variance = tf.mean(tf.square(tf.sub(x!, mean)), OVER);
        const scale = tf.mul(gamma!, tf.rsqrt(tf.add(variance, epsilon)));
        const y = tf.add(tf.mul(x!, scale), tf.sub(beta!, tf.mul(mean, scale)));
        const count = x!.size / mean.size;
        return [y, mean, tf.mul(variance, count / Math.max(1, count - 1)), tf.clone(mean), variance];
      });
    },
  });
  tf.registerKernel({
    kernelName: BATCH_NORM_GRAD,
    backendName,
    kernelFunc: ({ inputs, attrs }) => {
      const { dy, x, gamma, savedMean, savedVariance } = inputs as Record<string, Tensor>;
      const { epsilon } = attrs as unknown as { epsilon: number };
      return kept(tf, () => {
        const inverse = tf.rsqrt(tf.add(savedVariance!, epsilon));
        const normalised = tf.mul(tf.sub(x!, savedMean!), inverse);
        const dbeta = tf.sum(dy!, OVER);
        const dgamma = tf.sum(tf.mul(dy!, normalised), OVER);
        const count = x!.size / dbeta.size;
        const centred = tf.sub(tf.sub(dy!, tf.div(dbeta, count)), tf.mul(normalised, tf.div(dgamma, count)));
        return [tf.mul(centred, tf.mul(gamma!, inverse)), dgamma, dbeta];
      });
    },
  });
}

/** A kernel's outputs outlive its tidy. */
function kept(tf: Tf, compute: () => Tensor[]): Tensor[] {
  return tf.tidy(compute);
}
