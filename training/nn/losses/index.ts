/** What training minimises: a mean over coordinates in crop units, and over heatmaps where a recipe wants that too. */
import type { Scalar, Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { FiducialError } from '../../../domain/errors.ts';
import type { Tf } from '../../backends/types.ts';
import type { Outputs } from '../forward.ts';
import { absolute, smoothL1, softWing, squared, wing } from './coordinates.ts';
import { gaussianMaps, jensenShannon, type MapSize } from './heatmap.ts';

/** Widths and epsilons are in crop units, sigma in cells of the heatmap. */
export type LossSpec =
  | { readonly name: 'mse' | 'l1' }
  | { readonly name: 'smoothL1'; readonly beta: number }
  | ({ readonly name: 'wing'; readonly w: number; readonly epsilon: number } & HeatmapTerm)
  | ({ readonly name: 'softWing'; readonly w1: number; readonly w2: number; readonly epsilon: number } & HeatmapTerm);

interface HeatmapTerm {
  /** Weight of the Jensen-Shannon divergence; 0 or absent: none. */
  readonly heatmapWeight?: number;
  readonly heatmapSigma?: number;
}

export interface Target {
  /** [N,K,2] in crop units. */
  readonly keypoints: Tensor3D;
  /** [N,K], 1 where the point counts; null: all do. */
  readonly mask: Tensor2D | null;
}

/** A scalar. Throws FiducialError INVALID_CONFIG where a heatmap term is wanted of a network without heatmaps. */
export function lossOf(tf: Tf, spec: LossSpec, outputs: Outputs, target: Target): Scalar {
  const error = tf.sub(outputs.keypoints, target.keypoints);
  const coordinates = maskedMean(tf, tf.mean(elementwise(tf, spec, error), 2), target.mask);
  const weight = 'heatmapWeight' in spec ? (spec.heatmapWeight ?? 0) : 0;
  if (weight === 0) return coordinates;
  if (!outputs.maps || !outputs.mapSize) {
    throw new FiducialError(
      'INVALID_CONFIG',
      'Expected a network with heatmaps for heatmapWeight > 0, got one without',
    );
  }
  const sigma = ('heatmapSigma' in spec ? spec.heatmapSigma : undefined) ?? 1;
  return tf.add(coordinates, tf.mul(heatmapTerm(tf, outputs.maps, outputs.mapSize, target, sigma), weight));
}

function elementwise(tf: Tf, spec: LossSpec, error: Tensor): Tensor {
  switch (spec.name) {
    case 'mse':
      return squared(tf, error);
    case 'l1':
      return absolute(tf, error);
    case 'smoothL1':
      return smoothL1(tf, error, spec.beta);
    case 'wing':
      return wing(tf, error, spec.w, spec.epsilon);
    case 'softWing':
      return softWing(tf, error, spec.w1, spec.w2, spec.epsilon);
  }
}

function heatmapTerm(tf: Tf, maps: Tensor2D, size: MapSize, target: Target, sigma: number): Scalar {
  const [count, points] = target.keypoints.shape;
  const truth = tf.reshape(target.keypoints, [count * points, 2]) as Tensor2D;
  const divergences = tf.reshape(jensenShannon(tf, maps, gaussianMaps(tf, truth, size, sigma)), [count, points]);
  const within = tf.min(
    tf.cast(tf.logicalAnd(tf.greaterEqual(target.keypoints, 0), tf.less(target.keypoints, 1)), 'float32'),
    2,
  );
  const mask = (target.mask ? tf.mul(within, target.mask) : within) as Tensor2D;
  return tf.div(tf.sum(tf.mul(divergences, mask)), count * points);
}

/** `values` and `mask` [N,K]. The mean over what counts; 0 where nothing does. */
function maskedMean(tf: Tf, values: Tensor, mask: Tensor2D | null): Scalar {
  if (!mask) return tf.mean(values);
  return tf.div(tf.sum(tf.mul(values, mask)), tf.maximum(tf.sum(mask), 1));
}
