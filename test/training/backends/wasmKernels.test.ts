/** The kernels composed for wasm against tfjs's pure JavaScript backend. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { createRng } from '../../../training/augment/rng.ts';
import { openBackend, type Tf } from '../../../training/backends/index.ts';

let tf: Tf;
beforeAll(async () => {
  await openBackend('cpu');
  tf = (await openBackend('wasm')).tf;
});

type Inputs = Record<string, { values: Float32Array; shape: number[] }>;

function random(seed: number, shape: number[], offset = 0): Inputs[string] {
  const rng = createRng(seed);
  const size = shape.reduce((product, side) => product * side, 1);
  return { values: Float32Array.from({ length: size }, () => rng.normal(1) + offset), shape };
}

async function runOn(backend: 'wasm' | 'cpu', kernel: string, inputs: Inputs, attrs: object): Promise<Float32Array> {
  await tf.setBackend(backend);
  const before = tf.memory().numTensors;
  const result = tf.tidy(() => {
    const tensors = Object.entries(inputs).map(([name, { values, shape }]) => [name, tf.tensor(values, shape)]);
    return (tf.engine().runKernel(kernel, Object.fromEntries(tensors), attrs as never) as Tensor).dataSync().slice();
  });
  expect(tf.memory().numTensors).toBe(before);
  return result as Float32Array;
}

async function expectSame(kernel: string, inputs: Inputs, attrs: object): Promise<void> {
  const [got, want] = [await runOn('wasm', kernel, inputs, attrs), await runOn('cpu', kernel, inputs, attrs)];
  expect(got.length).toBe(want.length);
  expect(want.some((value) => value !== 0)).toBe(true);
  const scale = Math.max(1, ...want.map(Math.abs));
  expect(Math.max(...got.map((value, i) => Math.abs(value - want[i]!))) / scale).toBeLessThan(1e-4);
}

const cases = [1, 2].flatMap((strides) =>
  (['same', 'valid'] as const).flatMap((pad) => [1, 3, 5, 7].map((kernel) => ({ strides, pad, kernel }))),
);

describe.each(cases)('a convolution of $kernel x $kernel, stride $strides, $pad', ({ strides, pad, kernel }) => {
  const inputShape = [2, 11, 9, 3];
  const filterShape = [kernel, kernel, 3, 4];
  const side = (size: number) =>
    pad === 'same' ? Math.ceil(size / strides) : Math.ceil((size - kernel + 1) / strides);
  const dy = random(1, [2, side(11), side(9), 4]);
  const attributes = { strides, pad, dataFormat: 'NHWC' };

  test('has the gradient by its filter that pure JavaScript computes', async () => {
    await expectSame('Conv2DBackpropFilter', { x: random(2, inputShape), dy }, { ...attributes, filterShape });
  });
  test('has the gradient by its input that pure JavaScript computes', async () => {
    await expectSame('Conv2DBackpropInput', { dy, filter: random(3, filterShape) }, { ...attributes, inputShape });
  });
});

describe.each([
  { transposeA: false, transposeB: true },
  { transposeA: true, transposeB: false },
  { transposeA: true, transposeB: true },
])('a matrix product with transposeA $transposeA, transposeB $transposeB', (attributes) => {
  const shapes = (rows: number, inner: number, columns: number) => ({
    a: attributes.transposeA ? [inner, rows] : [rows, inner],
    b: attributes.transposeB ? [columns, inner] : [inner, columns],
  });
  test.each([
    [3, 5, 40],
    [40, 5, 3],
  ])('of %i x %i x %i is what pure JavaScript computes', async (rows, inner, columns) => {
    const { a, b } = shapes(rows, inner, columns);
    await expectSame('BatchMatMul', { a: random(4, a), b: random(5, b) }, attributes);
  });
  test('of a batch of three is what pure JavaScript computes', async () => {
    const { a, b } = shapes(4, 6, 5);
    await expectSame('BatchMatMul', { a: random(6, [3, ...a]), b: random(7, [3, ...b]) }, attributes);
  });
});

describe.each([
  ['all negative', -10],
  ['of both signs', 0],
])('max pooling of values %s', (_, offset) => {
  test.each([
    { filterSize: 2, strides: 2, pad: 'valid' },
    { filterSize: 3, strides: 2, pad: 'same' },
  ])('of %o gives each gradient to the maximum', async (attributes) => {
    const x = random(8, [2, 8, 8, 3], offset);
    const y = { values: await runOn('cpu', 'MaxPool', { x }, attributes), shape: [2, 4, 4, 3] };
    await expectSame('MaxPoolGrad', { dy: random(9, [2, 4, 4, 3]), input: x, output: y }, attributes);
  });
});
