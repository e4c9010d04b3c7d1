/**
 * The Jensen-Shannon divergence of each heatmap from a Gaussian about its true point (the regulariser of DSNT: Nibali
 * et al. 2018). Points outside the crop have no Gaussian and count nothing.
 */
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { Tf } from '../../backends/types.ts';

export interface MapSize {
  readonly width: number;
  readonly height: number;
}

/** `truth` [N*K, 2] in crop units; gives [N*K, H*W], rows that sum to 1. `sigma` is in cells. */
export function gaussianMaps(tf: Tf, truth: Tensor2D, { width, height }: MapSize, sigma: number): Tensor2D {
  const rows = truth.shape[0];
  const along = (axis: 0 | 1, cells: number) => {
    const centres = tf.add(tf.range(0, cells), 0.5);
    const distance = tf.sub(centres, tf.mul(tf.slice(truth, [0, axis], [rows, 1]), cells));
    // A softmax, not exp and divide: far from every cell all exponentials would be 0.
    return tf.softmax(tf.mul(tf.square(distance), -0.5 / sigma ** 2));
  };
  const product = tf.mul(
    tf.reshape(along(1, height), [rows, height, 1]),
    tf.reshape(along(0, width), [rows, 1, width]),
  );
  return tf.reshape(product, [rows, height * width]);
}

/** [rows] divergences in nats, 0 to ln 2. The gradient goes to `maps` only. */
export function jensenShannon(tf: Tf, maps: Tensor2D, target: Tensor2D): Tensor {
  const divergence = tf.customGrad((p, ...rest) => {
    const save = rest[1] as unknown as (tensors: Tensor[]) => void;
    const g = rest[0] as Tensor;
    const middle = tf.mul(tf.add(p as Tensor, g), 0.5);
    const logRatio = logOfRatio(tf, p as Tensor, middle);
    save([logRatio]);
    const ofMaps = tf.sum(tf.mul(p as Tensor, logRatio), 1);
    const ofTarget = tf.sum(tf.mul(g, logOfRatio(tf, g, middle)), 1);
    return {
      value: tf.mul(tf.add(ofMaps, ofTarget), 0.5),
      // d/dp of 1/2 (p ln(p/m) + g ln(g/m)), m = (p + g) / 2, is 1/2 ln(p/m): the other terms cancel.
      gradFunc: (dy, saved) => [
        tf.mul(tf.expandDims(dy as Tensor, 1), tf.mul((saved as Tensor[])[0]!, 0.5)),
        tf.zerosLike((saved as Tensor[])[0]!),
      ],
    };
  });
  return divergence(maps, target);
}

const TINY = 1e-12;

/** ln(a / b); 0 where both vanish. */
function logOfRatio(tf: Tf, a: Tensor, b: Tensor): Tensor {
  return tf.log(tf.div(tf.add(a, TINY), tf.add(b, TINY)));
}
