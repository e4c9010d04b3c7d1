/** A convolution that adds its bias while it writes, where a backend can: a pass over memory less. */
import type { NamedAttrMap, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { Tf } from '../types.ts';
import { BIAS_ADD, BIAS_ADD_GRAD } from './biasAdd.ts';

/** Inputs x [N,H,W,I], filter [kernel,kernel,I,O] and bias [O]; {@link ConvAttributes}. A backend may lack it. */
export const CONV_BIAS = 'FiducialConvBias';

export interface ConvAttributes {
  readonly strides: number;
  readonly pad: 'same' | 'valid';
}

/** By {@link CONV_BIAS} where the backend has that, else composed. */
export function convBias(
  tf: Tf,
  x: Tensor4D,
  filter: Tensor4D,
  bias: Tensor,
  { strides, pad }: ConvAttributes,
): Tensor4D {
  if (tf.getKernel(CONV_BIAS, tf.getBackend())) {
    return tf.engine().runKernel(CONV_BIAS, { x, filter, bias }, { strides, pad }) as Tensor4D;
  }
  const summed = tf.conv2d(x, filter, strides, pad);
  const y = tf.engine().runKernel(BIAS_ADD, { x: summed, bias }) as Tensor4D;
  summed.dispose(); // no gradient wants it
  return y;
}

export function registerConvBiasGradient(tf: Tf): void {
  tf.registerGradient({
    kernelName: CONV_BIAS,
    inputsToSave: ['x', 'filter'],
    gradFunc: (gradient, saved, attributes) => {
      const dy = gradient as Tensor;
      const [x, filter] = saved as [Tensor, Tensor];
      const { strides, pad } = attributes as unknown as ConvAttributes;
      const run = (kernel: string, inputs: Record<string, Tensor>, shape: NamedAttrMap) =>
        tf.engine().runKernel(kernel, inputs, { strides, pad, dataFormat: 'NHWC', ...shape }) as Tensor;
      return {
        x: () => run('Conv2DBackpropInput', { dy, filter }, { inputShape: x.shape }),
        filter: () => run('Conv2DBackpropFilter', { x, dy }, { filterShape: filter.shape }),
        bias: () => tf.engine().runKernel(BIAS_ADD_GRAD, { dy }) as Tensor,
      };
    },
  });
}
