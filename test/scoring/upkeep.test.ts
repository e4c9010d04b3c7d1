/** What keeps runs from hanging, and what comes after them: dead letters, the sweep, later truth, bounded requests. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { resultKeys, uploadKeys } from '../../domain/keys.ts';
import { scoreMessageSchema } from '../../domain/records.ts';
import { cancelRun } from '../../scoring/cancel.ts';
import { compareWithTruth } from '../../scoring/groundTruth.ts';
import { handlePlanMessage } from '../../scoring/plan.ts';
import {
  listEvaluations,
  listPredictions,
  listRuns,
  listWorstPredictions,
  readEvaluationRejection,
  readMetrics,
  readProgress,
  readRun,
} from '../../scoring/read/index.ts';
import { scoreShard } from '../../scoring/scoreShard.ts';
import { sweep } from '../../scoring/sweep.ts';
import { atEveryCall, Faults } from '../storage/faults/faults.ts';
import { BATCH, commit, drain, imageKey, ledger, NOW, PROJECT, partsOf, truthOf, upload, world } from './world.ts';

const HOURS = 3_600_000;
const later = (hours: number) => () => new Date(NOW.getTime() + hours * HOURS);

describe('dead letters', () => {
  test('settle a shard that kills its worker each time, so that the run completes', async () => {
    const { storage, committed } = await world({ images: 40 });
    const parts = partsOf(storage);
    const scorer: typeof parts.scorer = {
      async *score(model, items, options) {
        for await (const outcome of parts.scorer.score(model, items, options)) {
          if (outcome.prediction.key === imageKey(20)) throw new Error('the worker is gone');
          yield outcome;
        }
      },
    };
    for (let deliveries = 0; ; deliveries++) {
      try {
        await drain(storage, { ...parts, scorer });
        break;
      } catch {
        expect(deliveries).toBeLessThan(10);
      }
    }
    const run = await readRun(storage.stores, PROJECT, committed.run);
    expect(run).toMatchObject({ status: 'FAILED', done: { scored: 24, failed: 16, errors: { ABANDONED: 16 } } });
  });

  test('do not undo what a slow worker settled after all', async () => {
    const { storage, committed } = await world({ images: 10 });
    const parts = partsOf(storage);
    await handlePlanMessage(parts, committed.event);
    const [message] = await storage.queues.score.receive({ max: 1 });
    await storage.queues.score.deadLetters!.send(message!.body);
    await scoreShard(parts, scoreMessageSchema.parse(JSON.parse(message!.body)), { signal: AbortSignal.timeout(5000) });
    await drain(storage, parts);
    expect((await readRun(storage.stores, PROJECT, committed.run))?.done).toMatchObject({ scored: 10, failed: 0 });
  });

  test('reject a commit that could never be planned', async () => {
    const { storage, committed } = await world({ images: 3 });
    const parts = partsOf(storage, {
      models: { resolve: () => Promise.reject(new Error('always')), detector: () => Promise.reject(new Error()) },
    });
    for (let deliveries = 0; deliveries < 11; deliveries++) {
      await drain(storage, parts).catch(() => {});
      storage.queues.plan.expireAll();
    }
    expect(await readRun(storage.stores, PROJECT, committed.run)).toMatchObject({
      status: 'REJECTED',
      rejection: { code: 'INTERNAL' },
    });
  });
});

describe('a comparison that can not be made says why', () => {
  async function finished(text: string) {
    const { storage, committed } = await world({ images: 5 });
    const parts = partsOf(storage);
    await drain(storage, parts);
    const truth = createHash('sha256').update(text).digest('hex');
    await storage.stores.uploads.put(uploadKeys.truth(PROJECT, BATCH, truth), text);
    await compareWithTruth(parts, { project: PROJECT, batch: BATCH, truth });
    const rejection = () => readEvaluationRejection(storage.stores, PROJECT, committed.run, truth);
    return { storage, parts, truth, run: committed.run, rejection };
  }

  test('where the truth is none', async () => {
    const { storage, parts, rejection } = await finished('{"key": "a.jpg"}\n{"key": 7}\n');
    await drain(storage, parts);
    expect(await rejection()).toMatchObject({ code: 'INVALID_MANIFEST', message: expect.stringContaining('line 2') });
    expect(await storage.queues.plan.counts()).toMatchObject({ visible: 0, inFlight: 0, dead: 0 });
  });

  test('where it fails as often as it is tried; added again, it is made', async () => {
    const { storage, parts, truth, run, rejection } = await finished(`${JSON.stringify(truthOf(0))}\n`);
    const { uploads } = storage.stores;
    const get: typeof uploads.get = (key, options) =>
      key.includes('/truths/') ? Promise.reject(new Error('always')) : uploads.get(key, options);
    const broken = {
      ...storage.stores,
      uploads: new Proxy(uploads, { get: (one, name) => (name === 'get' ? get : Reflect.get(one, name)) }),
    };
    for (let deliveries = 0; deliveries < 11; deliveries++) {
      await drain(storage, { ...parts, stores: broken }).catch(() => {});
      storage.queues.plan.expireAll();
    }
    expect(await rejection()).toMatchObject({ code: 'INTERNAL', message: expect.stringContaining('add it again') });
    await compareWithTruth(parts, { project: PROJECT, batch: BATCH, truth });
    await drain(storage, parts);
    expect((await readMetrics(storage.stores, PROJECT, run, truth))?.metrics).toMatchObject({ n: 1 });
    expect(await rejection()).toBeNull();
  });
});

describe('the sweep', () => {
  test('sends again the shards of a run whose messages are lost', async () => {
    const { storage, committed } = await world({ images: 40 });
    const parts = partsOf(storage);
    await handlePlanMessage(parts, committed.event);
    const [first] = storage.queues.score.visible.splice(0);
    await scoreShard(parts, scoreMessageSchema.parse(JSON.parse(first!.body)), { signal: AbortSignal.timeout(5000) });
    expect(await sweep(parts)).toMatchObject({ open: 1, shardsSent: 0 });
    expect(await sweep({ ...parts, now: later(2) })).toMatchObject({ open: 1, shardsSent: 2 });
    await drain(storage, parts);
    expect(await readRun(storage.stores, PROJECT, committed.run)).toMatchObject({ status: 'DONE' });
    expect(await sweep({ ...parts, now: later(9) })).toMatchObject({ open: 0, shardsSent: 0 });
  });

  test('leaves a run alone whose messages wait in a busy queue, until they may have expired', async () => {
    const { storage, committed } = await world({ images: 40 });
    const parts = partsOf(storage);
    await handlePlanMessage(parts, committed.event);
    expect(await sweep({ ...parts, now: later(48) })).toMatchObject({ open: 1, shardsSent: 0 });
    expect(await sweep({ ...parts, now: later(24 * 14) })).toMatchObject({ open: 1, shardsSent: 3 });
  });

  test('finishes a run whose last worker died before it could', async () => {
    const { storage, committed } = await world({ images: 20 });
    const parts = partsOf(storage);
    await drain(storage, parts);
    await storage.stores.results.delete(resultKeys.done(PROJECT, committed.run));
    const marker = JSON.stringify({
      run: committed.run,
      project: PROJECT,
      batch: BATCH,
      commit: 'c1',
      committedAt: NOW,
    });
    await storage.stores.results.put(resultKeys.openRun(PROJECT, committed.run), marker);
    expect(await sweep({ ...parts, now: later(2) })).toMatchObject({ shardsSent: 1 });
    await drain(storage, parts);
    expect(await readRun(storage.stores, PROJECT, committed.run)).toMatchObject({ status: 'DONE' });
  });

  test('sends again a commit whose planner died, and closes what is cancelled', async () => {
    const { storage, committed } = await world({ images: 20 });
    const parts = partsOf(storage);
    const dying = { ...parts, models: { ...parts.models, resolve: () => Promise.reject(new Error('dies')) } };
    await expect(handlePlanMessage(dying, committed.event)).rejects.toThrow('dies');
    storage.queues.plan.visible.length = 0;
    expect(await cancelRun(parts, PROJECT, committed.run)).toBe('cancelled');
    expect(await sweep({ ...parts, now: later(2) })).toMatchObject({ plansSent: 1 });
    await drain(storage, parts);
    expect(await readRun(storage.stores, PROJECT, committed.run)).toMatchObject({ status: 'CANCELLED' });
    expect(await sweep({ ...parts, now: later(4) })).toMatchObject({ closed: 1 });
    expect(await sweep({ ...parts, now: later(6) })).toMatchObject({ open: 0 });
  });
});

describe('ground truth that comes later', () => {
  const lines = Array.from({ length: 20 }, (_, i) => JSON.stringify(truthOf(i))).join('\n');
  const truth = createHash('sha256').update(lines).digest('hex');

  async function finished() {
    const { storage, committed } = await world({ images: 20, content: (i) => (i === 7 ? 'bad' : `image ${i}`) });
    await drain(storage, partsOf(storage));
    await storage.stores.uploads.put(uploadKeys.truth(PROJECT, BATCH, truth), lines);
    return { storage, run: committed.run };
  }

  test('gives the metrics that it would have given with the batch, wherever the evaluator is killed', async () => {
    const manifest = Array.from({ length: 20 }, (_, i) => truthOf(i));
    const early = await world({ images: 20, manifest, content: (i) => (i === 7 ? 'bad' : `image ${i}`) });
    await drain(early.storage, partsOf(early.storage));
    const record = (await readRun(early.storage.stores, PROJECT, early.committed.run))!.record!;
    const expected = await readMetrics(early.storage.stores, PROJECT, record.run, record.truth!);
    await atEveryCall(async (faults) => {
      const { storage, run } = await finished();
      for (let calls = 0; calls < 5; calls++) {
        try {
          const parts = partsOf(faults.wrap(storage), { timeLeft: () => false });
          await storage.queues.plan.send(JSON.stringify({ kind: 'evaluate', project: PROJECT, run, truth }));
          await drain(storage, parts);
          break;
        } catch (error) {
          if (!faults.dead) throw error;
          faults.clear();
          storage.queues.plan.expireAll();
        }
      }
      const metrics = await readMetrics(storage.stores, PROJECT, run, truth);
      expect(metrics).toEqual({ ...expected, run, truth });
      expect(await listEvaluations(storage.stores, PROJECT, run)).toEqual([truth]);
    });
  });

  test('while the run is being scored is compared when it is finished, and with later runs of the batch too', async () => {
    const { storage, committed } = await world({ images: 20 });
    const parts = partsOf(storage);
    await handlePlanMessage(parts, committed.event);
    storage.queues.plan.visible.length = 0;
    await storage.stores.uploads.put(uploadKeys.truth(PROJECT, BATCH, truth), lines);
    expect(await compareWithTruth(parts, { project: PROJECT, batch: BATCH, truth })).toEqual([committed.run]);
    const [message] = await storage.queues.plan.receive({ max: 1 });
    expect(await handlePlanMessage(parts, message!.body)).toEqual([{ kind: 'unfinished', run: committed.run }]);
    const next = await commit(storage.stores.uploads, 'c2');
    await storage.queues.plan.send(next.event);
    await drain(storage, parts);
    for (const run of [committed.run, next.run]) {
      expect(await readMetrics(storage.stores, PROJECT, run, truth)).toMatchObject({ metrics: { n: 20, missed: 0 } });
    }
  });

  test('that is not there is refused', async () => {
    const { storage } = await world({ images: 1 });
    const request = { project: PROJECT, batch: BATCH, truth };
    await expect(compareWithTruth(partsOf(storage), request)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('requests', () => {
  const manifest = Array.from({ length: 64 }, (_, i) => truthOf(i));

  test('of a shard besides its images are at most ten, and those of the run are read once', async () => {
    const { storage, committed } = await world({ images: 64, manifest });
    await handlePlanMessage(partsOf(storage), committed.event);
    const faults = new Faults();
    const parts = partsOf(faults.wrap(storage));
    const requests: number[] = [];
    for (const message of await storage.queues.score.receive({ max: 4 })) {
      faults.calls.length = 0;
      await scoreShard(parts, scoreMessageSchema.parse(JSON.parse(message.body)), {
        signal: AbortSignal.timeout(5000),
      });
      const images = faults.calls.filter(({ target, method }) => target === 'uploads' && method === 'get');
      expect(images).toHaveLength(16);
      requests.push(faults.calls.length - images.length);
    }
    // The last one finishes the run, which costs a few more.
    expect(Math.max(...requests.slice(0, -1))).toBeLessThanOrEqual(10);
  });

  test('of a page are bounded, whatever it shows', async () => {
    const { storage, committed } = await world({
      images: 64,
      manifest,
      content: (i) => (i % 2 ? 'bad' : `image ${i}`),
    });
    await drain(storage, partsOf(storage));
    const run = (await readRun(storage.stores, PROJECT, committed.run))!.record!;
    const faults = new Faults();
    const { stores } = faults.wrap(storage);
    const cost = async (work: () => Promise<unknown>) => {
      faults.calls.length = 0;
      await work();
      return faults.calls.length;
    };
    expect(await cost(() => listRuns(stores, { project: PROJECT, first: 50 }))).toBe(1);
    expect(await cost(() => readRun(stores, PROJECT, run.run))).toBeLessThanOrEqual(3);
    expect(await cost(() => readProgress(stores, run))).toBe(1);
    expect(await cost(() => listPredictions(stores, run, { first: 10 }))).toBeLessThanOrEqual(3 + 4);
    expect(await cost(() => listPredictions(stores, run, { first: 10 }, { code: 'NOT_AN_IMAGE' }))).toBeLessThanOrEqual(
      3 + 10,
    );
    const worst = () => listWorstPredictions(stores, { project: PROJECT, run: run.run, truth: run.truth!, first: 10 });
    expect(await cost(worst)).toBeLessThanOrEqual(3 + 10);
  });

  test('with a cursor that is not of the list are refused', async () => {
    const { storage, committed } = await world({ images: 20 });
    await drain(storage, partsOf(storage));
    const run = (await readRun(storage.stores, PROJECT, committed.run))!.record!;
    for (const after of ['nonsense', Buffer.from('prediction:x').toString('base64url')]) {
      await expect(listPredictions(storage.stores, run, { first: 5, after })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
      });
    }
    await expect(listRuns(storage.stores, { project: PROJECT, first: 0 })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  });
});

test('runs are listed newest first, by batch and by model, a page at a time', async () => {
  const { storage } = await world();
  await upload(storage.stores.uploads, 2);
  const runs: string[] = [];
  for (let i = 0; i < 5; i++) {
    const committedAt = new Date(NOW.getTime() - i * 1000).toISOString();
    const one = await commit(storage.stores.uploads, `c-${i}`, { committedAt, model: i % 2 ? 'other' : 'fake' });
    runs.push(one.run);
    await storage.queues.plan.send(one.event);
  }
  await drain(storage, partsOf(storage));
  const first = await listRuns(storage.stores, { project: PROJECT, first: 3, batch: BATCH });
  expect(first.edges.map(({ node }) => node.run)).toEqual(runs.slice(0, 3));
  const rest = await listRuns(storage.stores, { project: PROJECT, first: 3, batch: BATCH, after: first.endCursor });
  expect(rest.edges.map(({ node }) => node.run).slice(0, 2)).toEqual(runs.slice(3));
  const others = await listRuns(storage.stores, { project: PROJECT, first: 9, model: 'other' });
  expect(others.edges.map(({ node }) => node.run)).toEqual([runs[1], runs[3]]);
  expect(Object.keys(ledger(storage)).length).toBeGreaterThan(20);
});
