/** Losses of a coordinate's error in crop units, elementwise: a tensor of errors gives a tensor of the same shape. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tf } from '../../backends/types.ts';

export function squared(tf: Tf, error: Tensor): Tensor {
  return tf.square(error);
}

export function absolute(tf: Tf, error: Tensor): Tensor {
  return tf.abs(error);
}

/** Girshick 2015: quadratic below `beta`, linear above, smooth between. */
export function smoothL1(tf: Tf, error: Tensor, beta: number): Tensor {
  const size = tf.abs(error);
  const small = tf.minimum(size, beta);
  return tf.add(tf.mul(tf.square(small), 0.5 / beta), tf.sub(size, small));
}

/** Feng et al. 2018: w ln(1 + |e| / epsilon) below `w`, |e| - C above, joined. */
export function wing(tf: Tf, error: Tensor, w: number, epsilon: number): Tensor {
  const size = tf.abs(error);
  const small = tf.minimum(size, w);
  // Beyond w the logarithm stands still at its joint and the rest is linear, which is |e| - C.
  return tf.add(tf.mul(tf.log1p(tf.mul(small, 1 / epsilon)), w), tf.sub(size, small));
}

/** Lin et al. 2021 ("Structure-coherent deep feature learning"): |e| below `w1`, then w2 ln(1 + |e| / epsilon) + B. */
export function softWing(tf: Tf, error: Tensor, w1: number, w2: number, epsilon: number): Tensor {
  const size = tf.abs(error);
  const small = tf.minimum(size, w1);
  const large = tf.mul(tf.log1p(tf.mul(tf.maximum(size, w1), 1 / epsilon)), w2);
  return tf.add(small, tf.sub(large, w2 * Math.log1p(w1 / epsilon)));
}
