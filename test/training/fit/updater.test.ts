/** TensorFlow's own update beside the one over the masters: same gradients, same numbers. */
import { beforeAll, describe, expect, test } from 'vitest';
import { createRng } from '../../../training/augment/rng.ts';
import { openBackend, type Tf } from '../../../training/backends/index.ts';
import { nativeBackend } from '../../../training/backends/native/variable.ts';
import { NativeUpdater } from '../../../training/fit/nativeUpdater.ts';
import { masterUpdater, type TrainingState } from '../../../training/fit/updater.ts';
import { buildModel } from '../../../training/nn/model.ts';
import { newOptimiserState, type OptimiserSpec } from '../../../training/nn/optimisers/adam.ts';
import { trainingBackends } from '../fixtures/backends.ts';
import { tinyHeatmapGraph } from '../fixtures/tinyNetworks.ts';

const STEPS = 5;
const treatment = (name: string) => ({ decays: name.endsWith('.weight'), factor: name.startsWith('conv1') ? 0.5 : 1 });

describe.runIf(trainingBackends().includes('tfjs-node'))('an update by TensorFlow', () => {
  let tf: Tf;
  beforeAll(async () => {
    tf = (await openBackend('tfjs-node')).tf;
  });

  function training(spec: OptimiserSpec, kind: 'masters' | 'native') {
    const { params } = buildModel(tf, tinyHeatmapGraph(), { rng: createRng(1) });
    const state: TrainingState = { optimiser: newOptimiserState(), average: params.snapshot() };
    const updater =
      kind === 'masters'
        ? masterUpdater(params, state, spec, treatment)
        : new NativeUpdater({ tf, native: nativeBackend(tf)!, params }, state, spec, treatment);
    const step = (gradientOf: (i: number) => number) =>
      tf.tidy(() => {
        const gradients = params.trainable.map((name) => {
          const { size, shape } = params.tensor(name);
          return [
            name,
            tf.tensor(
              Float32Array.from({ length: size }, (_, i) => gradientOf(i)),
              shape,
            ),
          ] as const;
        });
        const norm = updater.update(new Map(gradients), 0.01);
        if (Number.isFinite(norm)) updater.moveAverage(0.9);
        return norm;
      });
    return { params, state, updater, step };
  }

  function largestDifference(a: ReadonlyMap<string, Float32Array>, b: ReadonlyMap<string, Float32Array>): number {
    const differences = [...a].flatMap(([name, values]) => [...values].map((v, i) => Math.abs(v - b.get(name)![i]!)));
    return Math.max(...differences);
  }

  test.each<OptimiserSpec>([
    { name: 'adam', learningRate: 0.01 },
    { name: 'adam', learningRate: 0.01, weightDecay: 0.1 },
    { name: 'adamw', learningRate: 0.01, weightDecay: 0.1, clipNorm: 1 },
  ])('is the one over the masters within rounding: $name, decay $weightDecay', (spec) => {
    const [masters, native] = [training(spec, 'masters'), training(spec, 'native')];
    const start = native.params.snapshot();
    for (let step = 0; step < STEPS; step++) {
      const norms = [masters, native].map((side) => side.step((i) => Math.sin(i + 3 * step)));
      expect(norms[1]! / norms[0]!).toBeCloseTo(1, 5);
    }
    expect(largestDifference(start, native.params.values)).toBeGreaterThan(0.01);
    expect(largestDifference(masters.params.values, native.params.values)).toBeLessThan(2e-6);
    expect(largestDifference(masters.state.average!, native.state.average!)).toBeLessThan(2e-6);
    for (const moment of ['first', 'second'] as const) {
      const of = ({ state }: typeof native) =>
        new Map([...state.optimiser.moments].map(([name, m]) => [name, m[moment]]));
      expect(largestDifference(of(masters), of(native))).toBeLessThan(1e-6);
    }
  });

  test('goes on from masters that somebody changed', () => {
    const native = training({ name: 'adam', learningRate: 0.01 }, 'native');
    native.step(() => 1);
    const first = native.params.snapshot();
    native.step(() => 1);
    native.params.load(first);
    native.step(() => 0);
    expect(largestDifference(first, native.params.values)).toBeLessThan(0.01);
    expect(native.state.optimiser.step).toBe(3);
  });

  test('changes nothing when a gradient is not a number, and leaves no tensor when it is disposed of', () => {
    const tensors = tf.memory().numTensors;
    const native = training({ name: 'adam', learningRate: 0.01 }, 'native');
    native.step(() => 1);
    const before = native.params.snapshot();
    expect(native.step((i) => (i === 0 ? Number.NaN : 1))).toBeNaN();
    expect(largestDifference(before, native.params.values)).toBe(0);
    expect(native.state.optimiser.step).toBe(1);
    native.updater.dispose();
    native.params.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
  });
});
