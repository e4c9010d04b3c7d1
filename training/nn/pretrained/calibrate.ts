/**
 * Unfolds batch norms: weights that had theirs folded into the convolution run under batch norm again, with the same
 * outputs. gamma = the deviation over data, beta = folded bias + the mean; the running statistics are the same. Batch
 * norms drawn afresh keep gamma 1 and beta 0 and get their running statistics from the same pass. Those that came with
 * statistics of their own keep them.
 */
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Tf } from '../../backends/types.ts';
import { forward, inferBatchNorm } from '../forward.ts';
import type { BatchNormNode } from '../graph.ts';
import type { Model } from '../model.ts';
import type { Imported } from './import.ts';

/**
 * `images` are batches as training sees them, [N,H,W,3] 0 to 255 (96 images are enough). Changes the model's batch norms, frozen
 * ones included. Since a folded layer's output does not depend on its statistics, one pass measures all of them.
 */
export function calibrateBatchNorm(
  tf: Tf,
  model: Model,
  { foldedBias, values }: Pick<Imported, 'foldedBias' | 'values'>,
  images: Iterable<Tensor4D>,
): void {
  const measured = new Map<BatchNormNode, Moments>();
  const known = (node: BatchNormNode) => values.has(node.mean);
  if (model.graph.nodes.every((node) => node.op !== 'batchNorm' || known(node))) return;
  for (const image of images) tf.tidy(() => measure(tf, model, foldedBias, known, image, measured));
  for (const [node, moments] of measured) write(model, node, moments, foldedBias.get(node.name));
  model.params.upload();
}

/** Sums over what was seen, in doubles. */
interface Moments {
  count: number;
  readonly sum: Float64Array;
  readonly squares: Float64Array;
}

function measure(
  tf: Tf,
  model: Model,
  foldedBias: ReadonlyMap<string, Float32Array>,
  known: (node: BatchNormNode) => boolean,
  image: Tensor4D,
  measured: Map<BatchNormNode, Moments>,
): void {
  const batchNorm = (node: BatchNormNode, x: Tensor4D): Tensor4D => {
    if (known(node)) return inferBatchNorm(tf, node, x, model.params.values);
    const { mean, variance } = tf.moments(x, [0, 1, 2]);
    accumulate(measured, node, x.size / node.channels, mean.dataSync(), variance.dataSync());
    const bias = foldedBias.get(node.name);
    if (bias) return tf.add(x, tf.tensor1d(bias));
    return tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, node.epsilon)));
  };
  forward(tf, model.graph, image, { param: (name) => model.params.tensor(name), batchNorm });
}

function accumulate(
  measured: Map<BatchNormNode, Moments>,
  node: BatchNormNode,
  count: number,
  mean: ArrayLike<number>,
  variance: ArrayLike<number>,
): void {
  const size = node.channels;
  const moments = measured.get(node) ?? { count: 0, sum: new Float64Array(size), squares: new Float64Array(size) };
  measured.set(node, moments);
  moments.count += count;
  for (let c = 0; c < size; c++) {
    moments.sum[c]! += count * mean[c]!;
    moments.squares[c]! += count * (variance[c]! + mean[c]! ** 2);
  }
}

function write(
  model: Model,
  node: BatchNormNode,
  { count, sum, squares }: Moments,
  bias: Float32Array | undefined,
): void {
  const of = (name: string) => model.params.values.get(name)!;
  for (let c = 0; c < node.channels; c++) {
    const mean = sum[c]! / count;
    const variance = Math.max(0, squares[c]! / count - mean ** 2);
    of(node.mean)[c] = mean;
    of(node.variance)[c] = variance;
    if (!bias) continue;
    of(node.gamma)[c] = Math.sqrt(variance + node.epsilon);
    of(node.beta)[c] = bias[c]! + mean;
  }
}
