/**
 * The gradient of a convolution by its filter, which the wasm backend lacks: im2col and one matrix product, which is
 * what it does well.
 *
 *   dW[i, j, c, o] = sum over n, y, x of X[n, y*sh + i - top, x*sw + j - left, c] * dY[n, y, x, o]
 *
 * For each tap (i, j) of the filter, the pixels of X that met it are one strided slice; the taps' slices stacked,
 * [taps * channels, N * OH * OW], times dY as [N * OH * OW, out], are dW.
 */
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Tf } from '../types.ts';
import { convolutionOf } from './convolution.ts';
import { replaceKernel } from './replaceKernel.ts';

export function registerConv2DBackpropFilter(tf: Tf): void {
  replaceKernel(tf, 'Conv2DBackpropFilter', () => ({ inputs, attrs }) => {
    const { x, dy } = inputs as unknown as { x: Tensor4D; dy: Tensor4D };
    const { filterShape } = attrs as unknown as { filterShape: [number, number, number, number] };
    return tf.tidy(() => {
      const { strides, outHeight, outWidth, top, left } = convolutionOf(tf, x.shape, filterShape, attrs);
      const [kernelHeight, kernelWidth, channels, out] = filterShape;
      const count = x.shape[0];
      const pixels = count * outHeight * outWidth;
      const reach = {
        height: (outHeight - 1) * strides.height + kernelHeight,
        width: (outWidth - 1) * strides.width + kernelWidth,
      };
      // Channels first, so that each tap's slice is made of long runs.
      const planes = tf.pad(tf.transpose(x, [3, 0, 1, 2]), [
        [0, 0],
        [0, 0],
        [top, Math.max(0, reach.height - top - x.shape[1])],
        [left, Math.max(0, reach.width - left - x.shape[2])],
      ]);
      const taps = [];
      for (let i = 0; i < kernelHeight; i++) {
        for (let j = 0; j < kernelWidth; j++) {
          const end = [channels, count, i + reach.height - kernelHeight + 1, j + reach.width - kernelWidth + 1];
          const slice =
            strides.height === 1 && strides.width === 1
              ? tf.slice(planes, [0, 0, i, j], [channels, count, outHeight, outWidth])
              : tf.stridedSlice(planes, [0, 0, i, j], end, [1, 1, strides.height, strides.width]);
          taps.push(tf.reshape(slice, [channels, pixels]));
        }
      }
      const columns = taps.length === 1 ? taps[0]! : tf.concat(taps, 0);
      return tf.reshape(tf.matMul(columns, tf.reshape(dy, [pixels, out])), filterShape);
    });
  });
}
