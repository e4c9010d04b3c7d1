/** One step forward and back: loss, gradients and batch statistics come out as plain arrays. */
import type { Scalar, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Tf } from '../backends/types.ts';
import { type LossSpec, lossOf } from '../nn/losses/index.ts';
import type { BatchStatistics, Model } from '../nn/model.ts';
import type { Batch } from './batch.ts';

export interface Gradients {
  readonly loss: number;
  /** By parameter name, trainable parameters only. */
  readonly byName: ReadonlyMap<string, Float32Array>;
  readonly statistics: readonly {
    readonly mean: string;
    readonly variance: string;
    readonly batch: [Float32Array, Float32Array];
  }[];
}

/** Leaves no tensor behind. */
export function gradientsOf(tf: Tf, model: Model, spec: LossSpec, batch: Batch): Gradients {
  let result: Gradients | null = null;
  tf.tidy(() => {
    const image = imageTensor(tf, model, batch.images, batch.count);
    const target = {
      keypoints: tf.tensor3d(batch.keypoints, [batch.count, model.graph.points, 2]) as Tensor3D,
      mask: batch.mask ? (tf.tensor2d(batch.mask, [batch.count, model.graph.points]) as Tensor2D) : null,
    };
    let statistics: BatchStatistics[] = [];
    const names = model.params.trainable;
    const variables = names.map((name) => model.params.variable(name));
    const { value, grads } = tf.variableGrads(() => {
      const trained = model.train(image);
      statistics = trained.statistics.map((of) => ({ ...of, mean: tf.keep(of.mean), variance: tf.keep(of.variance) }));
      return lossOf(tf, spec, trained.outputs, target) as Scalar;
    }, variables);
    const byName = names.map((name, i) => [name, grads[variables[i]!.name]!.dataSync() as Float32Array] as const);
    result = { loss: value.dataSync()[0]!, byName: new Map(byName), statistics: statistics.map(read) };
  });
  return result!;
}

function read({ node, mean, variance }: BatchStatistics): Gradients['statistics'][number] {
  const batch: [Float32Array, Float32Array] = [mean.dataSync() as Float32Array, variance.dataSync() as Float32Array];
  mean.dispose();
  variance.dispose();
  return { mean: node.mean, variance: node.variance, batch };
}

/** float32 [count, H, W, 3], 0 to 255. */
export function imageTensor(tf: Tf, model: Model, images: Uint8Array, count: number): Tensor4D {
  const { width, height } = model.graph.input;
  return tf.tensor4d(new Float32Array(images), [count, height, width, 3]);
}

/** The network's answers in inference mode, [count, K, 2] in crop units. Leaves no tensor behind. */
export function predict(tf: Tf, model: Model, images: Uint8Array, count: number): Float32Array {
  return tf.tidy(() => model.infer(imageTensor(tf, model, images, count)).keypoints.dataSync() as Float32Array);
}
