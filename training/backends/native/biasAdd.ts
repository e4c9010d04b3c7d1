/** TensorFlow's own BiasAdd and its gradient, which is a product where there are many rows to sum. */
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { BIAS_ADD, BIAS_ADD_GRAD } from '../kernels/biasAdd.ts';
import type { Tf } from '../types.ts';
import { attribute, float32, type NativeBackend } from './nodeBackend.ts';

export function registerNativeBiasAdd(tf: Tf): void {
  if (tf.getKernel(BIAS_ADD, 'tensorflow')) return;
  const attributes = (native: NativeBackend) => [float32(native), attribute(native, 'STRING', 'data_format', 'NHWC')];
  tf.registerKernel({
    kernelName: BIAS_ADD,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, backend }) => {
      const native = backend as NativeBackend;
      const { x, bias } = inputs as Record<string, TensorInfo>;
      return native.executeSingleOutput('BiasAdd', attributes(native), [x!, bias!]);
    },
  });
  const ones = rowsOfOnes(tf);
  tf.registerKernel({
    kernelName: BIAS_ADD_GRAD,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, backend }) => {
      const native = backend as NativeBackend;
      const dy = inputs.dy as Tensor;
      const rows = dy.size / dy.shape.at(-1)!;
      if (native.isUsingGpuDevice || rows < MANY_ROWS)
        return native.executeSingleOutput('BiasAddGrad', attributes(native), [dy]);
      return tf.tidy(() => sumOfRows(tf, dy, ones));
    },
  });
}

/** Below, two reshapes take longer than the product gains. */
const MANY_ROWS = 65_536;

/** [..., C] -> [C]. On a processor TensorFlow's BiasAddGrad takes up to three times as long, and is less exact. */
function sumOfRows(tf: Tf, dy: Tensor, ones: (length: number) => Tensor): Tensor {
  const channels = dy.shape.at(-1)!;
  const rows = dy.size / channels;
  return tf.reshape(tf.matMul(ones(rows), tf.reshape(dy, [rows, channels])), [channels]);
}

/** [1, length] each, over one array: the backend shares its memory. */
function rowsOfOnes(tf: Tf): (length: number) => Tensor {
  let values = new Float32Array(0);
  return (length) => {
    if (values.length < length) values = new Float32Array(length).fill(1);
    return tf.tensor2d(values.subarray(0, length), [1, length]);
  };
}
