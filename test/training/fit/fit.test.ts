/** The fit loop on a tiny network with every kind of layer, on every backend that trains. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createRng } from '../../../training/augment/rng.ts';
import { openBackend, type Tf } from '../../../training/backends/index.ts';
import { decodeCheckpoint, trainedValues } from '../../../training/fit/checkpoint.ts';
import { BEST, type CheckpointStore, fileCheckpoints, LAST } from '../../../training/fit/checkpointStore.ts';
import { type FitOptions, fitModel } from '../../../training/fit/fit.ts';
import { predict } from '../../../training/fit/step.ts';
import { buildModel, type Model } from '../../../training/nn/model.ts';
import { trainingBackends } from '../fixtures/backends.ts';
import { tinyBatch, tinyBatches, tinyHeatmapGraph } from '../fixtures/tinyNetworks.ts';

const STEPS = 5;
let folder: string;
let store: CheckpointStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fiducial-fit-'));
  store = fileCheckpoints(folder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe.each(trainingBackends())('training on %s', (backend) => {
  let tf: Tf;
  beforeAll(async () => {
    tf = (await openBackend(backend)).tf;
  });

  const newModel = (frozen: string[] = []): Model => buildModel(tf, tinyHeatmapGraph(), { rng: createRng(1), frozen });
  const optionsFor = (model: Model, changes: Partial<FitOptions> = {}): FitOptions => ({
    tf,
    model,
    batches: tinyBatches(STEPS),
    epochs: 3,
    loss: { name: 'wing', w: 0.08, epsilon: 0.016, heatmapWeight: 0.05, heatmapSigma: 1 },
    optimiser: { name: 'adamw', learningRate: 1e-2, weightDecay: 1e-3, clipNorm: 5 },
    schedule: { name: 'cosine', warmupSteps: 3 },
    ema: 0.9,
    recipe: { name: 'tiny' },
    checkpoints: store,
    ...changes,
  });
  const bits = (values: ReadonlyMap<string, Float32Array>) =>
    Object.fromEntries(
      [...values].map(([name, array]) => [name, Buffer.from(array.slice().buffer).toString('base64')]),
    );
  const lastCheckpoint = async () => decodeCheckpoint((await store.load(LAST))!);

  test('the loss falls, and the points are found', async () => {
    const model = newModel();
    const { history, outcome } = await fitModel(optionsFor(model, { epochs: 30, batches: tinyBatches(10, 8) }));
    expect(outcome).toBe('completed');
    expect(history.at(-1)!.trainLoss).toBeLessThan(history[0]!.trainLoss / 3);
    const unseen = tinyBatch(8, createRng(999));
    const found = predict(tf, model, unseen.images, 8);
    const error = found.reduce((sum, value, i) => sum + Math.abs(value - unseen.targets[i]!), 0) / found.length;
    expect(error).toBeLessThan(0.04); // 0.64 px of 16; the centre of the image is 3 px off
    model.dispose();
  });

  test('two runs of one seed are bit-equal', async () => {
    const [a, b] = [newModel(), newModel()];
    const first = await fitModel(optionsFor(a, { checkpoints: null }));
    const second = await fitModel(optionsFor(b, { checkpoints: null }));
    expect(bits(second.values)).toEqual(bits(first.values));
    expect(second.history.map(({ trainLoss }) => trainLoss)).toEqual(first.history.map(({ trainLoss }) => trainLoss));
  });

  test.each([1, STEPS - 1, STEPS, STEPS + 2])(
    'stopped after step %i and resumed, a run ends bit-equal to an uninterrupted one',
    async (stopAfter) => {
      const whole = await fitModel(optionsFor(newModel(), { checkpoints: null }));

      const stop = new AbortController();
      let steps = 0;
      const onStep = () => {
        if (++steps === stopAfter) stop.abort();
      };
      const part = await fitModel(optionsFor(newModel(), { signal: stop.signal, onStep }));
      expect(part.outcome).toBe('aborted');
      expect(steps).toBe(stopAfter);

      const resumed = await fitModel(optionsFor(newModel(), { resume: true }));
      expect(resumed.outcome).toBe('completed');
      expect(bits(resumed.values)).toEqual(bits(whole.values));
      expect(resumed.history.map(({ trainLoss }) => trainLoss)).toEqual(
        whole.history.map(({ trainLoss }) => trainLoss),
      );
    },
  );

  test('frozen weights and statistics are bit-equal afterwards, and all others have moved', async () => {
    const model = newModel(['conv1', 'bn1']);
    const before = bits(model.params.values);
    await fitModel(optionsFor(model));
    const after = bits(model.params.values);
    for (const [name, value] of Object.entries(after)) {
      const isFrozen = name.startsWith('conv1.') || name.startsWith('bn1.');
      expect(value === before[name], name).toBe(isFrozen);
    }
    expect(model.params.trainable.some((name) => name.startsWith('bn1'))).toBe(false);
  });

  test('the number of tensors is the same after every step and every epoch, and after the run what it was before', async () => {
    const model = newModel();
    const counts = new Set<number>();
    const count = () => void counts.add(tf.memory().numTensors);
    const evaluate = async (infer: (images: Uint8Array, count: number) => Float32Array) => {
      infer(tinyBatch(2, createRng(5)).images as Uint8Array, 2);
      return { mae: 1 };
    };
    const before = tf.memory().numTensors;
    await fitModel(optionsFor(model, { onStep: count, onEpoch: count, evaluate }));
    expect(counts.size).toBe(1);
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  test('an epoch tells how long the network stood idle for its batches', async () => {
    let seconds = 0;
    const prepared = tinyBatches(STEPS);
    const batches = {
      stepsPerEpoch: STEPS,
      async *epoch(epoch: number, from: number) {
        for await (const batch of prepared.epoch(epoch, from)) {
          seconds += 2;
          yield batch;
        }
      },
    };
    const onStep = () => {
      seconds += 3;
    };
    const options = optionsFor(newModel(), { batches, epochs: 1, onStep, clock: () => seconds });
    const { history } = await fitModel(options);
    expect(history[0]).toMatchObject({ seconds: 5 * STEPS, waitedSeconds: 2 * STEPS });
    expect((await lastCheckpoint()).position.history[0]).toMatchObject({ waitedSeconds: 2 * STEPS });
  });

  test('a loss that is not a number stops with a typed error, and the last good checkpoint stays', async () => {
    await fitModel(optionsFor(newModel(), { epochs: 1 }));
    const good = await store.load(LAST);
    const broken = tinyBatch(4, createRng(1));
    broken.targets[0] = Number.NaN;
    const batches = {
      stepsPerEpoch: 2,
      async *epoch() {
        yield tinyBatch(4, createRng(2));
        yield broken;
      },
    };
    await expect(fitModel(optionsFor(newModel(), { batches }))).rejects.toMatchObject({ code: 'DIVERGED' });
    expect(await store.load(LAST)).toEqual(good);
  });

  test('a loss that explodes stops with a typed error', async () => {
    const far = tinyBatch(4, createRng(1));
    far.targets.fill(1e6);
    const batches = {
      stepsPerEpoch: 2,
      async *epoch() {
        yield tinyBatch(4, createRng(2));
        yield far;
      },
    };
    const run = fitModel(optionsFor(newModel(), { batches, loss: { name: 'mse' } }));
    await expect(run).rejects.toThrow(/exploded|times its recent average/);
  });

  test('the best epoch by the metric that chooses is kept beside the last', async () => {
    const nme = [5, 3, 4];
    const evaluated: Record<string, string>[] = [];
    const model = newModel();
    const evaluate = async (_: unknown, epoch: number) => {
      evaluated.push(bits(model.params.values));
      return { nme: nme[epoch]! };
    };
    const result = await fitModel(optionsFor(model, { evaluate, chooseBy: 'nme' }));
    expect(result.best).toEqual({ epoch: 1, value: 3 });
    const best = decodeCheckpoint((await store.load(BEST))!);
    expect(bits(trainedValues(best))).toEqual(evaluated[1]);
    expect(bits(trainedValues(await lastCheckpoint()))).toEqual(evaluated[2]);
  });

  test('a metric that evaluate does not give is refused', async () => {
    const run = fitModel(optionsFor(newModel(), { evaluate: async () => ({ mae: 1 }), chooseBy: 'nme' }));
    await expect(run).rejects.toMatchObject({ code: 'INVALID_CONFIG' });
  });

  test('a checkpoint of another network is refused', async () => {
    await fitModel(optionsFor(newModel(), { epochs: 1 }));
    const graph = tinyHeatmapGraph();
    const renamed = {
      ...graph,
      nodes: graph.nodes.map((node) => (node.op === 'conv' ? { ...node, weight: `x.${node.weight}` } : node)),
    };
    const other = buildModel(tf, renamed, { rng: createRng(1) });
    await expect(fitModel(optionsFor(other, { resume: true }))).rejects.toMatchObject({ code: 'INVALID_MODEL' });
  });
});

describe('a checkpoint file', () => {
  test('damaged, cut short or of something else is refused', async () => {
    const { tf } = await openBackend('wasm');
    const model = buildModel(tf, tinyHeatmapGraph(), { rng: createRng(1) });
    await fitModel({
      tf,
      model,
      batches: tinyBatches(1),
      epochs: 1,
      loss: { name: 'mse' },
      optimiser: { name: 'adam', learningRate: 1e-3 },
      schedule: { name: 'constant' },
      ema: null,
      recipe: {},
      checkpoints: store,
    });
    const bytes = (await store.load(LAST))!;
    expect(decodeCheckpoint(bytes).recipe).toEqual({});
    const damaged = bytes.slice();
    damaged[damaged.length - 7]! ^= 1;
    for (const bad of [
      damaged,
      bytes.subarray(0, bytes.length - 4),
      new Uint8Array(),
      Buffer.from('{"format":"x"}\n'),
    ]) {
      expect(() => decodeCheckpoint(bad)).toThrow(expect.objectContaining({ code: 'CORRUPT_STORE' }));
    }
  });

  test('replaces the old one whole, leaves nothing else, and its name is no path', async () => {
    await writeFile(join(folder, 'a.ckpt.partial'), 'left by a kill');
    await store.save(Buffer.from('one'), 'a.ckpt');
    await store.save(Buffer.from('two'), 'a.ckpt');
    expect(Buffer.from((await store.load('a.ckpt'))!).toString()).toBe('two');
    expect(await readdir(folder)).toEqual(['a.ckpt']);
    expect(await store.load('b.ckpt')).toBeNull();
    await expect(store.save(Buffer.from('x'), '../x')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});
