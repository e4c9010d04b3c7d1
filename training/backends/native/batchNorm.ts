/** Batch norm in training mode by TensorFlow's fused operations, forward and backward. */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { BATCH_NORM_GRAD, BATCH_NORM_TRAINING } from '../kernels/batchNorm.ts';
import type { Tf } from '../types.ts';
import { attribute, float32, type NativeBackend } from './nodeBackend.ts';

export function registerNativeBatchNorm(tf: Tf): void {
  if (tf.getKernel(BATCH_NORM_TRAINING, 'tensorflow')) return;
  tf.registerKernel({
    kernelName: BATCH_NORM_TRAINING,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const native = backend as NativeBackend;
      const { x, gamma, beta } = inputs as Record<string, TensorInfo>;
      const none = tf.tensor1d([]);
      // Outputs: y, mean, variance (Bessel-corrected), mean and variance for the gradient, and one unused on CPUs.
      const outputs = native.executeMultipleOutputs(
        'FusedBatchNormV3',
        attributes(native, (attrs as unknown as { epsilon: number }).epsilon),
        [x!, gamma!, beta!, none, none],
        6,
      );
      none.dispose();
      outputs[5]!.dispose();
      return outputs.slice(0, 5);
    },
  });
  tf.registerKernel({
    kernelName: BATCH_NORM_GRAD,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const native = backend as NativeBackend;
      const { dy, x, gamma, savedMean, savedVariance } = inputs as Record<string, TensorInfo>;
      const none = tf.tensor1d([]);
      const outputs = native.executeMultipleOutputs(
        'FusedBatchNormGradV3',
        attributes(native, (attrs as unknown as { epsilon: number }).epsilon),
        [dy!, x!, gamma!, savedMean!, savedVariance!, none],
        5,
      );
      none.dispose();
      for (const unused of outputs.slice(3)) unused.dispose();
      return outputs.slice(0, 3);
    },
  });
}

function attributes(native: NativeBackend, epsilon: number) {
  return [
    float32(native),
    float32(native, 'U'),
    attribute(native, 'FLOAT', 'epsilon', epsilon),
    attribute(native, 'STRING', 'data_format', 'NHWC'),
    attribute(native, 'BOOL', 'is_training', true),
  ];
}
