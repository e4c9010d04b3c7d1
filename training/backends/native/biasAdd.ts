/** TensorFlow's own BiasAdd and its gradient. */
import type { TensorInfo } from '@tensorflow/tfjs-core';
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
  tf.registerKernel({
    kernelName: BIAS_ADD_GRAD,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, backend }) => {
      const native = backend as NativeBackend;
      return native.executeSingleOutput('BiasAddGrad', attributes(native), [inputs.dy as TensorInfo]);
    },
  });
}
