import type { Scalar, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { createRng } from '../../../training/augment/rng.ts';
import { openBackend, type Tf } from '../../../training/backends/index.ts';
import { gaussianMaps, jensenShannon } from '../../../training/nn/losses/heatmap.ts';
import { type LossSpec, lossOf } from '../../../training/nn/losses/index.ts';

let tf: Tf;
beforeAll(async () => {
  tf = (await openBackend('wasm')).tf;
});

/** The loss of one image of points that are off by `errors` in x and exact in y. */
function lossOfErrors(spec: LossSpec, errors: number[], mask?: number[]): number {
  return tf.tidy(() => {
    const truth = errors.map(() => [0.5, 0.5]);
    const keypoints = tf.tensor3d([truth.map(([x, y], i) => [x! + errors[i]!, y!])]);
    const target = {
      keypoints: tf.tensor3d([truth]) as Tensor3D,
      mask: mask ? (tf.tensor2d([mask]) as Tensor2D) : null,
    };
    return lossOf(tf, spec, { keypoints, maps: null, mapSize: null }, target).dataSync()[0]!;
  });
}

const W = 0.1;
const EPSILON = 0.02;
const wing = (e: number) => (e < W ? W * Math.log(1 + e / EPSILON) : e - (W - W * Math.log(1 + W / EPSILON)));
const softWing = (e: number) =>
  e < 0.01 ? e : W * Math.log(1 + e / EPSILON) + 0.01 - W * Math.log(1 + 0.01 / EPSILON);
const smoothL1 = (e: number) => (e < 0.05 ? (0.5 * e * e) / 0.05 : e - 0.025);

describe.each<[LossSpec, (e: number) => number]>([
  [{ name: 'mse' }, (e) => e * e],
  [{ name: 'l1' }, (e) => e],
  [{ name: 'smoothL1', beta: 0.05 }, smoothL1],
  [{ name: 'wing', w: W, epsilon: EPSILON }, wing],
  [{ name: 'softWing', w1: 0.01, w2: W, epsilon: EPSILON }, softWing],
])('the loss $name', (spec, formula) => {
  test.each([0, 0.004, 0.03, 0.0999, 0.1001, 0.7])(
    'of an error of %f in one coordinate of two is half its formula',
    (error) => {
      expect(lossOfErrors(spec, [error])).toBeCloseTo(formula(error) / 2, 5);
      expect(lossOfErrors(spec, [-error])).toBeCloseTo(formula(error) / 2, 5);
    },
  );
  test('leaves masked points out of the mean', () => {
    expect(lossOfErrors(spec, [0.03, 0.7], [1, 0])).toBeCloseTo(formula(0.03) / 2, 5);
    expect(lossOfErrors(spec, [0.03], [0])).toBe(0);
  });
});

describe('the heatmap term', () => {
  const size = { width: 6, height: 5 };
  const maps = (seed: number) => {
    const rng = createRng(seed);
    return tf.softmax(
      tf.tensor2d(
        Float32Array.from({ length: 60 }, () => rng.normal(2)),
        [2, 30],
      ),
    ) as Tensor2D;
  };

  test('a Gaussian sums to 1, is highest at its point, and one far outside is no NaN', () => {
    const values = tf.tidy(() =>
      gaussianMaps(
        tf,
        tf.tensor2d([
          [2.5 / 6, 3.5 / 5],
          [40, -3],
        ]),
        size,
        1,
      ).arraySync(),
    );
    expect(values[0]!.reduce((sum, value) => sum + value)).toBeCloseTo(1, 5);
    expect(values[0]!.indexOf(Math.max(...values[0]!))).toBe(3 * 6 + 2);
    expect(values[1]!.every(Number.isFinite)).toBe(true);
  });

  test('the divergence is 0 of equal maps, ln 2 of disjoint ones, and its own formula between', () => {
    const [same, apart, between, p, g] = tf.tidy(() => {
      const one = tf.tensor2d([[1, 0, 0, 0]]);
      const other = tf.tensor2d([[0, 0, 1, 0]]);
      const [a, b] = [maps(1), maps(2)];
      const values = [jensenShannon(tf, a, a), jensenShannon(tf, one, other), jensenShannon(tf, a, b)];
      return [...values.map((value) => [...value.dataSync()]), [...a.dataSync()], [...b.dataSync()]];
    });
    expect(same![0]).toBeCloseTo(0, 6);
    expect(apart![0]).toBeCloseTo(Math.LN2, 5);
    const half = (a: number[], b: number[]) =>
      a.slice(0, 30).reduce((sum, v, i) => sum + v * Math.log((2 * v) / (v + b[i]!)), 0) / 2;
    expect(between![0]).toBeCloseTo(half(p!, g!) + half(g!, p!), 5);
  });

  test('the gradient of the divergence is its numeric difference', () => {
    const target = maps(3);
    const logits = Float32Array.from({ length: 60 }, (_, i) => Math.sin(i));
    const objective = (x: Tensor2D) => tf.sum(jensenShannon(tf, tf.softmax(x) as Tensor2D, target)) as Scalar;
    const at = (values: Float32Array) => tf.tidy(() => objective(tf.tensor2d(values, [2, 30])).dataSync()[0]!);
    const analytic = tf.tidy(() =>
      tf
        .grad((x) => objective(x as Tensor2D))(tf.tensor2d(logits, [2, 30]))
        .dataSync()
        .slice(),
    );
    for (let i = 0; i < logits.length; i++) {
      const numeric = (at(logits.with(i, logits[i]! + 0.02)) - at(logits.with(i, logits[i]! - 0.02))) / 0.04;
      expect(Math.abs(analytic[i]! - numeric)).toBeLessThan(1e-3);
    }
  });

  test('points outside the crop have none', () => {
    const spec: LossSpec = { name: 'wing', w: W, epsilon: EPSILON, heatmapWeight: 1, heatmapSigma: 1 };
    const [inside, outside] = [0.5, 1.5].map((x) =>
      tf.tidy(() => {
        const keypoints = tf.tensor3d([[[x, 0.5]]]);
        const outputs = { keypoints, maps: tf.slice(maps(4), [0, 0], [1, 30]) as Tensor2D, mapSize: size };
        return lossOf(tf, spec, outputs, { keypoints, mask: null }).dataSync()[0]!;
      }),
    );
    expect(inside).toBeGreaterThan(0.1);
    expect(outside).toBe(0);
  });

  test('is refused of a network without heatmaps', () => {
    expect(() => lossOfErrors({ name: 'wing', w: W, epsilon: EPSILON, heatmapWeight: 1 }, [0])).toThrow(/heatmaps/);
  });
});
