import type { NamedAttrMap } from '@tensorflow/tfjs-core';
import type { Tf } from '../types.ts';

export interface Convolution {
  readonly strides: { readonly height: number; readonly width: number };
  readonly outHeight: number;
  readonly outWidth: number;
  /** Zeros above and to the left of the input. */
  readonly top: number;
  readonly left: number;
}

/** Sizes of an NHWC convolution with an HWIO filter, from the attributes that tfjs gives its gradient kernels. */
export function convolutionOf(
  tf: Tf,
  inputShape: [number, number, number, number],
  filterShape: [number, number, number, number],
  attrs: NamedAttrMap | undefined,
): Convolution {
  type Parameters_ = Parameters<typeof tf.backend_util.computeConv2DInfo>;
  const { strides, pad, dimRoundingMode } = attrs as unknown as {
    strides: Parameters_[2];
    pad: Parameters_[4];
    dimRoundingMode: Parameters_[5];
  };
  const info = tf.backend_util.computeConv2DInfo(inputShape, filterShape, strides, 1, pad, dimRoundingMode);
  return {
    strides: { height: info.strideHeight, width: info.strideWidth },
    outHeight: info.outHeight,
    outWidth: info.outWidth,
    top: info.padInfo.top,
    left: info.padInfo.left,
  };
}
