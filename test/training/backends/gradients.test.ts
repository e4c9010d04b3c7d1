/** Gradients against numeric differences, on every backend that trains. */
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { createRng } from '../../../training/augment/rng.ts';
import { openBackend, type Tf } from '../../../training/backends/index.ts';
import { batchNormTraining } from '../../../training/backends/kernels/batchNorm.ts';
import { convBias } from '../../../training/backends/kernels/convBias.ts';
import { maxPool } from '../../../training/backends/kernels/maxPool.ts';
import { padding } from '../../../training/nn/builder.ts';
import { biasAdd, padWith } from '../../../training/nn/layers.ts';
import { trainingBackends } from '../fixtures/backends.ts';

interface Case {
  readonly name: string;
  readonly shapes: readonly (readonly number[])[];
  readonly compute: (tf: Tf, ...inputs: Tensor[]) => Tensor;
  /** Added to every input value: -5 makes all of them negative. */
  readonly offset?: number;
}

const as4d = (x: Tensor) => x as never;
const CASES: Case[] = [
  { name: 'add, broadcast', shapes: [[3, 4], [4]], compute: (tf, a, b) => tf.add(a, b) },
  {
    name: 'subtract, broadcast',
    shapes: [
      [3, 4],
      [1, 4],
    ],
    compute: (tf, a, b) => tf.sub(a, b),
  },
  {
    name: 'multiply, broadcast',
    shapes: [
      [3, 4],
      [3, 1],
    ],
    compute: (tf, a, b) => tf.mul(a, b),
  },
  { name: 'divide', shapes: [[3, 4], [4]], offset: 4, compute: (tf, a, b) => tf.div(a, b) },
  {
    name: 'minimum',
    shapes: [
      [3, 4],
      [3, 4],
    ],
    compute: (tf, a, b) => tf.minimum(a, b),
  },
  {
    name: 'maximum',
    shapes: [
      [3, 4],
      [3, 4],
    ],
    compute: (tf, a, b) => tf.maximum(a, b),
  },
  { name: 'square', shapes: [[5]], compute: (tf, x) => tf.square(x) },
  { name: 'absolute value', shapes: [[5]], compute: (tf, x) => tf.abs(x) },
  { name: 'negation', shapes: [[5]], compute: (tf, x) => tf.neg(x) },
  { name: 'log1p', shapes: [[5]], offset: 4, compute: (tf, x) => tf.log1p(x) },
  { name: 'ReLU', shapes: [[4, 5]], compute: (tf, x) => tf.relu(x) },
  { name: 'softmax', shapes: [[3, 5]], compute: (tf, x) => tf.softmax(x) },
  { name: 'sum over axes', shapes: [[2, 3, 4]], compute: (tf, x) => tf.sum(x, [0, 2]) },
  { name: 'mean over axes', shapes: [[2, 3, 4]], compute: (tf, x) => tf.mean(x, [1]) },
  { name: 'transpose', shapes: [[2, 3, 4]], compute: (tf, x) => tf.transpose(x, [2, 0, 1]) },
  { name: 'reshape', shapes: [[2, 6]], compute: (tf, x) => tf.reshape(x, [3, 4]) },
  {
    name: 'padding',
    shapes: [[1, 3, 3, 2]],
    compute: (tf, x) =>
      tf.pad(
        x,
        [
          [0, 0],
          [1, 2],
          [2, 0],
          [0, 0],
        ],
        -3,
      ),
  },
  {
    name: 'concatenation',
    shapes: [
      [2, 3],
      [2, 2],
    ],
    compute: (tf, a, b) => tf.concat([a, b], 1),
  },
  {
    name: 'matrix product',
    shapes: [
      [3, 4],
      [4, 2],
    ],
    compute: (tf, a, b) => tf.matMul(a, b),
  },
  { name: 'bias', shapes: [[2, 3, 3, 4], [4]], compute: (tf, x, bias) => biasAdd(tf, x, bias) },
  {
    name: 'convolution, same, stride 1',
    shapes: [
      [2, 5, 4, 2],
      [3, 3, 2, 3],
    ],
    compute: (tf, x, w) => tf.conv2d(as4d(x), as4d(w), 1, 'same'),
  },
  {
    name: 'convolution, valid, stride 2',
    shapes: [
      [2, 7, 6, 2],
      [3, 3, 2, 3],
    ],
    compute: (tf, x, w) => tf.conv2d(as4d(x), as4d(w), 2, 'valid'),
  },
  {
    name: 'max pooling of negative values',
    shapes: [[1, 6, 6, 2]],
    offset: -5,
    compute: (tf, x) => tf.maxPool(as4d(x), 2, 2, 'valid'),
  },
  {
    name: 'overlapping max pooling',
    shapes: [[1, 6, 6, 2]],
    compute: (tf, x) => tf.maxPool(as4d(x), 3, 2, 'same'),
  },
  {
    name: 'max pooling beside a padding that never wins',
    shapes: [[1, 6, 6, 2]],
    compute: (tf, x) => maxPool(tf, padWith(tf, as4d(x), padding(1), -3.4e38), { size: 3, stride: 2, pad: 'valid' }),
  },
  {
    name: 'max pooling that notes its maxima, of negative values',
    shapes: [[1, 6, 6, 2]],
    offset: -5,
    compute: (tf, x) => maxPool(tf, as4d(x), { size: 2, stride: 2, pad: 'valid' }),
  },
  {
    name: 'convolution with a bias',
    shapes: [[2, 5, 4, 2], [3, 3, 2, 3], [3]],
    compute: (tf, x, w, bias) => convBias(tf, as4d(x), as4d(w), bias!, { strides: 1, pad: 'same' }),
  },
  {
    name: 'nearest upsampling',
    shapes: [[1, 3, 2, 2]],
    compute: (tf, x) => tf.image.resizeNearestNeighbor(as4d(x), [6, 4]),
  },
  {
    name: 'batch norm in training mode',
    shapes: [[3, 3, 2, 2], [2], [2]],
    compute: (tf, x, gamma, beta) => batchNormTraining(tf, x, gamma, beta, 1e-5).y,
  },
];

describe.each(trainingBackends())('on %s', (backend) => {
  let tf: Tf;
  beforeAll(async () => {
    tf = (await openBackend(backend)).tf;
  });

  test.each(CASES)('the gradient of $name is its numeric difference', ({ shapes, compute, offset = 0 }) => {
    const inputs = shapes.map((shape, i) => distinctValues(i + 1, shape, offset));
    // A weighted sum, so that every output has a gradient of its own.
    const objective = (...tensors: Tensor[]) => {
      const y = compute(tf, ...tensors);
      return tf.sum(tf.mul(y, tf.tensor(distinctValues(99, y.shape, 0), y.shape))) as Scalar;
    };
    const tensorsOf = (values: Float32Array[]) => values.map((value, i) => tf.tensor(value, [...shapes[i]!]));
    const valueAt = (values: Float32Array[]) => tf.tidy(() => objective(...tensorsOf(values)).dataSync()[0]!);
    const analytic = tf.tidy(() =>
      tf
        .grads(objective)(tensorsOf(inputs))
        .map((grad) => grad.dataSync().slice()),
    );
    inputs.forEach((values, input) => {
      for (let i = 0; i < values.length; i++) {
        const numeric = difference(inputs, input, i, valueAt);
        const tolerance = 2e-2 * Math.max(1, Math.abs(numeric));
        expect(Math.abs(analytic[input]![i]! - numeric), `input ${input}, value ${i}`).toBeLessThan(tolerance);
      }
    });
  });
});

const STEP = 1e-2;

function difference(
  inputs: Float32Array[],
  input: number,
  at: number,
  value: (inputs: Float32Array[]) => number,
): number {
  const moved = (by: number) => inputs.map((values, i) => (i === input ? values.with(at, values[at]! + by) : values));
  return (value(moved(STEP)) - value(moved(-STEP))) / (2 * STEP);
}

/** Multiples of 0.05 in a random order: no two closer than the step, and none at 0, so that no kink lies within it. */
function distinctValues(seed: number, shape: readonly number[], offset: number): Float32Array {
  const rng = createRng(seed);
  const size = shape.reduce((product, side) => product * side, 1);
  const values = Float32Array.from({ length: size }, (_, i) => (i - size / 2 + 0.25) * 0.05 + seed * 0.0125);
  for (let i = size - 1; i > 0; i--) {
    const j = rng.int(i + 1);
    [values[i], values[j]] = [values[j]!, values[i]!];
  }
  return values.map((value) => value + offset);
}
