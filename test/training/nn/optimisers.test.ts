import { describe, expect, test } from 'vitest';
import { adamStep, newOptimiserState, type OptimiserSpec } from '../../../training/nn/optimisers/adam.ts';
import { updateAverage } from '../../../training/nn/optimisers/movingAverage.ts';
import { scheduleFactor } from '../../../training/nn/optimisers/schedule.ts';

/** Adam as the paper writes it, in doubles. */
function reference(spec: OptimiserSpec, start: number, gradients: number[]): number {
  let [value, m, v] = [start, 0, 0];
  gradients.forEach((raw, i) => {
    const decay = spec.weightDecay ?? 0;
    const g = spec.name === 'adam' ? raw + decay * value : raw;
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    const step = m / (1 - 0.9 ** (i + 1)) / (Math.sqrt(v / (1 - 0.999 ** (i + 1))) + 1e-8);
    value -= spec.learningRate * (step + (spec.name === 'adamw' ? decay * value : 0));
  });
  return value;
}

describe.each<OptimiserSpec>([
  { name: 'adam', learningRate: 0.01 },
  { name: 'adam', learningRate: 0.01, weightDecay: 0.1 },
  { name: 'adamw', learningRate: 0.01, weightDecay: 0.1 },
])('$name with weight decay $weightDecay', (spec) => {
  const gradients = [0.5, -0.2, 0.1, 0.4, 0.3];
  test('follows the formula of its paper', () => {
    const values = new Float32Array([1]);
    const state = newOptimiserState();
    for (const g of gradients) {
      adamStep(spec, state, [{ name: 'w', values, gradient: new Float32Array([g]), decays: true, factor: 1 }], 0.01);
    }
    expect(values[0]).toBeCloseTo(reference(spec, 1, gradients), 5);
  });
  test('does not decay what does not decay', () => {
    const values = new Float32Array([1]);
    const state = newOptimiserState();
    for (const g of gradients) {
      adamStep(spec, state, [{ name: 'b', values, gradient: new Float32Array([g]), decays: false, factor: 1 }], 0.01);
    }
    expect(values[0]).toBeCloseTo(reference({ ...spec, weightDecay: 0 }, 1, gradients), 5);
  });
});

describe('a step', () => {
  const update = (gradient: number[], factor = 1) => ({
    name: 'w',
    values: new Float32Array(gradient.length),
    gradient: new Float32Array(gradient),
    decays: false,
    factor,
  });

  test('clips the norm of the whole gradient, and gives the norm before', () => {
    const spec = { name: 'adam', learningRate: 1, clipNorm: 1 } as const;
    const [state, updates] = [newOptimiserState(), [update([3]), { ...update([4]), name: 'v' }]];
    expect(adamStep(spec, state, updates, 1)).toBeCloseTo(5);
    expect(state.moments.get('w')!.first[0]).toBeCloseTo(0.1 * 0.6);
    expect(state.moments.get('v')!.first[0]).toBeCloseTo(0.1 * 0.8);
  });

  test('scales the learning rate of one parameter by its factor', () => {
    const [whole, half] = [update([1]), { ...update([1], 0.5), name: 'v' }];
    adamStep({ name: 'adam', learningRate: 0.1 }, newOptimiserState(), [whole, half], 0.1);
    expect(whole.values[0]).toBeCloseTo(-0.1, 4);
    expect(half.values[0]).toBeCloseTo(-0.05, 4);
  });

  test('changes nothing when a gradient is not a number', () => {
    const [state, broken] = [newOptimiserState(), update([Number.NaN, 1])];
    expect(adamStep({ name: 'adam', learningRate: 1 }, state, [broken], 1)).toBeNaN();
    expect([...broken.values]).toEqual([0, 0]);
    expect(state.step).toBe(0);
  });
});

test('a schedule warms up linearly and falls to 0 by half a cosine, or by steps', () => {
  const cosine = { name: 'cosine', warmupSteps: 10 } as const;
  const run = { stepsPerEpoch: 11, epochs: 10 };
  expect([0, 4, 9, 10, 60, 110].map((step) => scheduleFactor(cosine, step, run))).toEqual([0.1, 0.5, 1, 1, 0.5, 0]);
  const steps = { name: 'step', afterEpochs: [2, 5], factor: 0.1 } as const;
  expect([0, 21, 22, 54, 55].map((step) => scheduleFactor(steps, step, run))).toEqual([1, 1, 0.1, 0.1, 0.1 ** 2]);
  expect(scheduleFactor({ name: 'constant' }, 7, run)).toBe(1);
});

test('the moving average forgets its start in the first steps and moves slowly later', () => {
  const average = new Map([['w', new Float32Array([0])]]);
  const values = new Map([['w', new Float32Array([1])]]);
  updateAverage(average, values, 0.999, 0);
  expect(average.get('w')![0]).toBeCloseTo(0.9);
  average.get('w')![0] = 0;
  updateAverage(average, values, 0.999, 1e6);
  expect(average.get('w')![0]).toBeCloseTo(0.001);
});
