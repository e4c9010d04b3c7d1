/**
 * Max pooling by oneDNN, which notes where the maxima are. TensorFlow's own pools on one core an image, and its gradient
 * looks for each maximum anew: a tenth of a step of face58.
 */
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { MAX_POOL, MAX_POOL_GRAD, type Pooling } from '../kernels/maxPool.ts';
import type { Tf } from '../types.ts';
import { attribute, float32, type NativeBackend } from './nodeBackend.ts';
import { gives, oneDnn } from './oneDnn.ts';

/** Leaves TensorFlow's own where its library has no oneDNN, or runs on a GPU. */
export function registerNativeMaxPool(tf: Tf): void {
  const native = tf.backend() as unknown as NativeBackend;
  if (tf.getKernel(MAX_POOL, 'tensorflow')) return;
  const works = gives(tf, native, [0, 1, 0, 0], () => {
    const x = tf.tensor4d([1, 3, 2, 0], [1, 2, 2, 1]);
    const pooling: Pooling = { size: 2, stride: 2, pad: 'valid' };
    const [y, maxima] = pool(native, x, pooling) as [Tensor, Tensor];
    return poolGrad(native, { dy: tf.ones([1, 1, 1, 1]), x, y, maxima }, pooling);
  });
  if (!works) return;
  tf.registerKernel({
    kernelName: MAX_POOL,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, attrs }) => pool(native, inputs.x!, attrs as unknown as Pooling),
  });
  tf.registerKernel({
    kernelName: MAX_POOL_GRAD,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, attrs }) => poolGrad(native, inputs as PoolGradInputs, attrs as unknown as Pooling),
  });
}

type PoolGradInputs = Record<'dy' | 'x' | 'y' | 'maxima', TensorInfo>;

function pool(native: NativeBackend, x: TensorInfo, pooling: Pooling): Tensor[] {
  return native.executeMultipleOutputs('_MklNativeMaxPool', attributes(native, pooling), [x], 2);
}

function poolGrad(native: NativeBackend, { dy, x, y, maxima }: PoolGradInputs, pooling: Pooling): Tensor {
  return native.executeSingleOutput('_MklNativeMaxPoolGrad', attributes(native, pooling), [x, y, dy, maxima]);
}

function attributes(native: NativeBackend, { size, stride, pad }: Pooling) {
  return [
    float32(native),
    attribute(native, 'INT', 'ksize', [1, size, size, 1]),
    attribute(native, 'INT', 'strides', [1, stride, stride, 1]),
    attribute(native, 'STRING', 'padding', pad.toUpperCase()),
    attribute(native, 'STRING', 'data_format', 'NHWC'),
    oneDnn(native),
  ];
}
