/**
 * Max pooling's gradient by oneDNN: TensorFlow's own looks for each maximum anew on one core an image, and takes a tenth
 * of a step of face58. oneDNN's forward pass notes where the maxima are; it costs so little that it is run again here.
 */
import type { Tensor, Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';
import type { Tf } from '../types.ts';
import { attribute, float32, type NativeBackend } from './nodeBackend.ts';

interface Pooling {
  readonly filterSize: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: 'same' | 'valid';
}

/** Leaves TensorFlow's own where its library has no oneDNN, or runs on a GPU. */
export function registerNativeMaxPoolGrad(tf: Tf): void {
  const native = tf.backend() as unknown as NativeBackend;
  if (native.isUsingGpuDevice || !hasOneDnn(tf, native)) return;
  tf.unregisterKernel('MaxPoolGrad', 'tensorflow');
  tf.registerKernel({
    kernelName: 'MaxPoolGrad',
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, attrs }) => maxPoolGrad(native, inputs.dy!, inputs.input!, attrs as unknown as Pooling),
  });
}

function maxPoolGrad(
  native: NativeBackend,
  dy: TensorInfo,
  x: TensorInfo,
  { filterSize, strides, pad }: Pooling,
): Tensor {
  const sides = (of: number | [number, number]) => [1, ...(typeof of === 'number' ? [of, of] : of), 1];
  const attributes = [
    float32(native),
    attribute(native, 'INT', 'ksize', sides(filterSize)),
    attribute(native, 'INT', 'strides', sides(strides)),
    attribute(native, 'STRING', 'padding', pad.toUpperCase()),
    attribute(native, 'STRING', 'data_format', 'NHWC'),
    attribute(native, 'STRING', '_kernel', 'MklNameChangeOp'), // how TensorFlow itself calls for oneDNN's kernels
  ];
  const [y, maxima] = native.executeMultipleOutputs('_MklNativeMaxPool', attributes, [x], 2) as [Tensor, Tensor];
  const dx = native.executeSingleOutput('_MklNativeMaxPoolGrad', attributes, [x, y, dy, maxima]);
  y.dispose();
  maxima.dispose();
  return dx;
}

function hasOneDnn(tf: Tf, native: NativeBackend): boolean {
  return tf.tidy(() => {
    try {
      const x = tf.tensor4d([1, 3, 2, 0], [1, 2, 2, 1]) as Tensor4D;
      const dy = tf.ones([1, 1, 1, 1]);
      const dx = maxPoolGrad(native, dy, x, { filterSize: 2, strides: 2, pad: 'valid' }).dataSync();
      return [...dx].join() === '0,1,0,0';
    } catch {
      return false;
    }
  });
}
