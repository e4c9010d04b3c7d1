/** One step forward and back. */
import type { Scalar, Tensor, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { FiducialError } from '../../domain/errors.ts';
import type { Tf } from '../backends/types.ts';
import { type LossSpec, lossOf } from '../nn/losses/index.ts';
import type { BatchStatistics, Model } from '../nn/model.ts';
import type { Batch } from './batch.ts';

export interface Computed {
  readonly loss: number;
  /** What `use` gave; NaN where the loss is not finite, and it was not called. */
  readonly gradientNorm: number;
  readonly statistics: readonly {
    readonly mean: string;
    readonly variance: string;
    readonly batch: [Float32Array, Float32Array];
  }[];
}

/** Gradients by parameter name, trainable parameters only, gone after; gives their norm. */
export type UseGradients = (gradients: ReadonlyMap<string, Tensor>) => number;

/** Leaves no tensor behind. */
export function withGradients(tf: Tf, model: Model, spec: LossSpec, batch: Batch, use: UseGradients): Computed {
  let result: Computed | null = null;
  tf.tidy(() => {
    const { points } = model.graph;
    const count = batch.targets.length / (2 * points);
    const image = imageTensor(tf, model, batch.images, count);
    const target = {
      keypoints: tf.tensor3d(batch.targets, [count, points, 2]) as Tensor3D,
      mask: batch.mask ? (tf.tensor2d(batch.mask, [count, points]) as Tensor2D) : null,
    };
    let statistics: BatchStatistics[] = [];
    const names = model.params.trainable;
    const { value, grads } = tf.valueAndGrads(() => {
      const trained = model.train(image);
      statistics = trained.statistics.map((of) => ({ ...of, mean: tf.keep(of.mean), variance: tf.keep(of.variance) }));
      return lossOf(tf, spec, trained.outputs, target) as Scalar;
    })(names.map((name) => model.params.tensor(name)));
    const loss = value.dataSync()[0]!;
    const read = statistics.map(readStatistics);
    const gradients = new Map(names.map((name, i) => [name, grads[i]!]));
    result = { loss, gradientNorm: Number.isFinite(loss) ? use(gradients) : Number.NaN, statistics: read };
  });
  return result!;
}

function readStatistics({ node, mean, variance }: BatchStatistics): Computed['statistics'][number] {
  const batch: [Float32Array, Float32Array] = [mean.dataSync() as Float32Array, variance.dataSync() as Float32Array];
  mean.dispose();
  variance.dispose();
  return { mean: node.mean, variance: node.variance, batch };
}

/** float32 [count, H, W, 3 or 1], 0 to 255. */
export function imageTensor(tf: Tf, model: Model, images: Float32Array | Uint8Array, count: number): Tensor4D {
  const { width, height } = model.graph.input;
  const channels = images.length / (count * width * height);
  if (channels !== 3 && channels !== 1) {
    const got = `${images.length} values`;
    throw new FiducialError(
      'INVALID_INPUT',
      `Expected ${count} images of ${width}x${height} with 3 channels or 1, got ${got}`,
    );
  }
  const values = images instanceof Float32Array ? images : new Float32Array(images);
  return tf.tensor4d(values, [count, height, width, channels]);
}

/** The network's answers in inference mode, [count, K, 2] in crop units. Leaves no tensor behind. */
export function predict(tf: Tf, model: Model, images: Float32Array | Uint8Array, count: number): Float32Array {
  return tf.tidy(() => model.infer(imageTensor(tf, model, images, count)).keypoints.dataSync() as Float32Array);
}
