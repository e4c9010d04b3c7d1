import { describe, expect, test } from 'vitest';
import { modelKeys } from '../../../domain/keys.ts';
import {
  cancelTraining,
  enqueueSweep,
  enqueueTraining,
  listSweeps,
  listTrainings,
  readEpochs,
  readSweep,
  readTraining,
  resumeTraining,
  type TrainingEpoch,
} from '../../../training/ledger/index.ts';
import { TrainingLease } from '../../../training/worker/lease.ts';
import { embedded } from '../../storage/folders.ts';

const request = { project: 'default', recipe: 'nose', startedBy: 'tests', unique: 'aa' } as const;

async function ledger(start = Date.parse('2026-01-01T00:00:00Z')) {
  const storage = await embedded();
  let at = start;
  const parts = { stores: storage.stores, queues: storage.queues, now: () => new Date(at) };
  return { ...storage, parts, later: (ms = 1) => (at += ms) };
}

const epoch = (n: number): TrainingEpoch => ({
  epoch: n,
  train: { loss: 1 / n, maePx: 10 / n, nme: null },
  test: { loss: 2 / n, maePx: 20 / n, nme: null },
  seconds: 1,
  at: '2026-01-01T00:00:00Z',
});

describe('the training ledger', () => {
  test('a job is written once and announced, and doing it again makes no second run', async () => {
    const { parts, queues, stores } = await ledger();
    const job = await enqueueTraining(parts, request);
    expect(await enqueueTraining(parts, request)).toEqual(job);
    expect((await listTrainings(stores, 'default', 10)).ids).toEqual([job.training]);
    const [message] = await queues.train.receive({ max: 1, waitSeconds: 0, leaseSeconds: 30 });
    expect(JSON.parse(message!.body)).toEqual({ kind: 'train', project: 'default', training: job.training });
  });

  test('an override that no field has is refused before anything is written', async () => {
    const { parts, stores } = await ledger();
    const wrong = enqueueTraining(parts, { ...request, overrides: { 'optimiser.speed': 1 } });
    await expect(wrong).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect((await listTrainings(stores, 'default', 10)).ids).toEqual([]);
  });

  test('status follows from the objects: queued, running, cancelled, resumed, finished', async () => {
    const { parts, stores } = await ledger();
    const { training } = await enqueueTraining(parts, request);
    const status = async () => (await readTraining(stores, 'default', training))?.status;
    const phase = async () => (await readTraining(stores, 'default', training))?.phase;
    expect(await status()).toBe('QUEUED');
    const started = {
      training,
      recipe: {},
      backend: 'wasm',
      codeVersion: '1',
      data: [],
      faces: { train: 1, val: 0, test: 1 },
      epochs: 3,
      startedAt: '2026-01-01T00:00:00Z',
    };
    await stores.models.put(modelKeys.trainingStarted('default', training), JSON.stringify(started));
    expect(await status()).toBe('RUNNING');
    expect(await phase()).toBe('TRAINING');
    expect(await cancelTraining(parts, 'default', training)).toBe('cancelled');
    expect(await status()).toBe('CANCELLED');
    await resumeTraining(parts, 'default', training);
    expect(await status()).toBe('RUNNING');
    const done = {
      training,
      outcome: 'finished',
      error: null,
      epochs: 3,
      train: null,
      test: null,
      model: null,
      seconds: 3,
      finishedAt: '2026-01-01T00:00:00Z',
    };
    await stores.models.put(modelKeys.trainingDone('default', training), JSON.stringify(done));
    expect(await status()).toBe('FINISHED');
    expect(await phase()).toBeNull();
    expect(await cancelTraining(parts, 'default', training)).toBe('finished');
    await expect(resumeTraining(parts, 'default', training)).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
  });

  test('what failed for want of space is resumed, what failed for good is not', async () => {
    const { parts, stores, queues } = await ledger();
    const { training } = await enqueueTraining(parts, request);
    const view = async () => (await readTraining(stores, 'default', training))!;
    const fail = (code: string) => {
      const none = { epochs: 0, train: null, test: null, model: null, seconds: 1, finishedAt: '2026-01-01T00:00:00Z' };
      const done = { training, outcome: 'failed', error: { code, message: 'as it says' }, ...none };
      return stores.models.put(modelKeys.trainingDone('default', training), JSON.stringify(done));
    };
    const messages = async () => (await queues.train.counts()).visible;
    expect((await view()).resumable).toBe(false);
    await fail('STORAGE_FULL');
    expect(await view()).toMatchObject({ status: 'FAILED', resumable: true });
    await resumeTraining(parts, 'default', training);
    await resumeTraining(parts, 'default', training);
    expect(await view()).toMatchObject({ status: 'QUEUED', resumable: false, done: null });
    expect(await messages()).toBe(3);
    await cancelTraining(parts, 'default', training);
    expect((await view()).resumable).toBe(true);
    await fail('DIVERGED');
    expect(await view()).toMatchObject({ status: 'FAILED', resumable: false });
    await expect(resumeTraining(parts, 'default', training)).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
    expect(await messages()).toBe(3);
  });

  test('a queued run says whether a trainer is at its data, and no longer once that one has died', async () => {
    const { parts, stores, later } = await ledger();
    const { training } = await enqueueTraining(parts, request);
    const where = async () => {
      const { status, phase } = (await readTraining(stores, 'default', training, parts.now()))!;
      return `${status} ${phase}`;
    };
    expect(await where()).toBe('QUEUED WAITING');
    const options = { holder: 'a trainer', seconds: 90, now: parts.now };
    const lease = await TrainingLease.acquire(stores.models, 'default', training, options);
    expect(await where()).toBe('QUEUED PREPARING_DATA');
    later(89_000);
    await lease.renew();
    later(89_000);
    expect(await where()).toBe('QUEUED PREPARING_DATA');
    later(2_000);
    expect(await where()).toBe('QUEUED WAITING');
    await lease.renew();
    await cancelTraining(parts, 'default', training);
    expect(await where()).toBe('CANCELLED null');
    await resumeTraining(parts, 'default', training);
    await lease.release();
    expect(await where()).toBe('QUEUED WAITING');
  });

  test('runs are listed newest first, in pages that go on where the last ended', async () => {
    const { parts, stores, later } = await ledger();
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) {
      ids.unshift((await enqueueTraining(parts, request)).training);
      later();
    }
    const one = await listTrainings(stores, 'default', 2);
    const two = await listTrainings(stores, 'default', 3, one.ids.at(-1)!);
    expect([...one.ids, ...two.ids]).toEqual(ids);
    expect([one.hasNextPage, two.hasNextPage]).toEqual([true, false]);
  });

  test('a sweep has a run for each combination, and is the same when started again', async () => {
    const { parts, stores } = await ledger();
    const grid = { 'architecture.kernel': [3, 5], 'optimiser.learningRate': [1e-3, 1e-2] };
    const sweep = await enqueueSweep(parts, { ...request, grid });
    expect(await enqueueSweep(parts, { ...request, grid })).toEqual(sweep);
    expect(sweep.trainings.map(({ overrides }) => Object.values(overrides))).toEqual([
      [3, 1e-3],
      [3, 1e-2],
      [5, 1e-3],
      [5, 1e-2],
    ]);
    expect((await listTrainings(stores, 'default', 10)).ids).toHaveLength(4);
    expect((await listSweeps(stores, 'default', 10)).ids).toEqual([sweep.sweep]);
    expect(await readSweep(stores, 'default', sweep.sweep)).toEqual(sweep);
    const big = { seed: Array.from({ length: 65 }, (_, i) => i) };
    await expect(enqueueSweep(parts, { ...request, grid: big })).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });

  test('epochs are read in order and from where the reader was', async () => {
    const { parts, stores } = await ledger();
    const { training } = await enqueueTraining(parts, request);
    for (const n of [1, 2, 10]) {
      await stores.models.put(modelKeys.trainingEpoch('default', training, n), JSON.stringify(epoch(n)));
    }
    const { epochs, hasNextPage } = await readEpochs(stores, 'default', training, 2);
    expect(epochs.map((one) => one.epoch)).toEqual([1, 2]);
    expect(hasNextPage).toBe(true);
    expect((await readEpochs(stores, 'default', training, 10, 2)).epochs.map((one) => one.epoch)).toEqual([10]);
  });
});
