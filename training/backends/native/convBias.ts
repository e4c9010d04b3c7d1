/**
 * A convolution with its bias by oneDNN. TensorFlow's Python fuses the ReLU as well, by an operation that wants a list of
 * strings as attribute, which tfjs-node can't give.
 */
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { CONV_BIAS, type ConvAttributes } from '../kernels/convBias.ts';
import type { Tf } from '../types.ts';
import { attribute, float32, type NativeBackend } from './nodeBackend.ts';
import { gives, oneDnn } from './oneDnn.ts';

/** Leaves the composed one where the library has no oneDNN, or runs on a GPU. */
export function registerNativeConvBias(tf: Tf): void {
  const native = tf.backend() as unknown as NativeBackend;
  if (tf.getKernel(CONV_BIAS, 'tensorflow')) return;
  const works = gives(tf, native, [7, 13], () => {
    const [x, filter] = [tf.tensor4d([1, 2], [1, 1, 2, 1]), tf.tensor4d([6], [1, 1, 1, 1])];
    return convBias(native, { x, filter, bias: tf.tensor1d([1]) }, { strides: 1, pad: 'same' });
  });
  if (!works) return;
  tf.registerKernel({
    kernelName: CONV_BIAS,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, attrs }) =>
      convBias(native, inputs as Record<'x' | 'filter' | 'bias', TensorInfo>, attrs as unknown as ConvAttributes),
  });
}

function convBias(
  native: NativeBackend,
  { x, filter, bias }: Record<'x' | 'filter' | 'bias', TensorInfo>,
  { strides, pad }: ConvAttributes,
): Tensor {
  const attributes = [
    float32(native),
    attribute(native, 'INT', 'strides', [1, strides, strides, 1]),
    attribute(native, 'STRING', 'padding', pad.toUpperCase()),
    attribute(native, 'STRING', 'data_format', 'NHWC'),
    attribute(native, 'BOOL', 'is_filter_const', false),
    oneDnn(native),
  ];
  return native.executeSingleOutput('_MklNativeConv2DWithBias', attributes, [x, filter, bias]);
}
