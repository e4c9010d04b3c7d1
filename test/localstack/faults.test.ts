/**
 * Storage faults on LocalStack, by the adapters that AWS gets: refused, cut off, late, damaged on the way, full, doubled,
 * out of order, by leases that ran out and clocks that are wrong. What is left is what an undisturbed run leaves.
 */
import { describe, expect, type TestContext, test, vi } from 'vitest';
import { shardId } from '../../domain/keys.ts';
import { scoreMessageSchema } from '../../domain/records.ts';
import { handlePlanMessage } from '../../scoring/plan.ts';
import { scoreShard } from '../../scoring/scoreShard.ts';
import { runScorer } from '../../scoring/worker/loop.ts';
import { TrainingLease } from '../../training/worker/lease.ts';
import { localStack } from '../localStack.ts';
import { NOW, type Parts, PROJECT, partsOf } from '../scoring/world.ts';
import { Faults } from '../storage/faults/faults.ts';
import { HTTP_FAULTS, isPut, spread } from './httpFaults.ts';
import type { Trouble } from './proxy.ts';
import { localStackScene, PATIENCE, PATIENT, type Scene, work } from './scene.ts';

/** Two shards. */
const BATCH_OPTIONS = { images: 18, content: (i: number) => (i === 3 ? 'bad' : `image ${i}`) };
/** Of a message: an answer to a receive that was lost costs so much. */
const LEASE_SECONDS = 2;
const QUICK = { attempts: 8, baseMs: 5, capMs: 100 } as const;
/** Every failure reaches the caller. */
const ONCE = { attempts: 1, baseMs: 1, capMs: 1 } as const;
const HOUR_MS = 3_600_000;
vi.setConfig(PATIENCE);

const timeless = (ledger: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(ledger).map(([key, body]) => [key, body.replaceAll(/"(finished|deleted)At":"[^"]+"/g, '')]),
  );

const config = await localStack();
describe.skipIf(config === null)('on LocalStack', () => {
  if (!config) return;
  /** Queues of its own: a poll that was broken off may still take a message. */
  async function prepared({ onTestFinished }: TestContext): Promise<Scene> {
    const scene = await localStackScene(config!, BATCH_OPTIONS);
    onTestFinished(() => scene.close());
    return scene;
  }

  /** Commits, and works until the run is done and the queues are empty. Gives what is left. */
  async function scored(scene: Scene, parts: Parts) {
    const { run } = await scene.commit('c1');
    await work(parts, async () => (await scene.isDone(run)) && (await scene.isEmptied()), LEASE_SECONDS);
    return scene.outcome(run, 'c1');
  }

  test.concurrent('calls that the adapter gives up, before or after their effect, cost nothing', async (context) => {
    const scene = await prepared(context);
    const { proxy, ...storage } = await scene.throughProxy({ retries: ONCE });
    const left = new Set(GIVEN_UP);
    proxy.disturb((seen) => {
      for (const one of left) {
        const [action, part, trouble] = one;
        if (seen.action === action && seen.path.includes(part) && left.delete(one)) return trouble;
      }
      return null;
    });
    expect(await scored(scene, partsOf(storage, PATIENT))).toEqual(scene.expected);
    expect([...left]).toEqual([]);
  });

  describe.concurrent('requests and answers that', () => {
    test.for(Object.entries(HTTP_FAULTS))('%s cost nothing', async ([, fault], context) => {
      const scene = await prepared(context);
      const { proxy, ...storage } = await scene.throughProxy({
        retries: QUICK,
        ...(fault.requestTimeoutMs ? { requestTimeoutMs: fault.requestTimeoutMs } : {}),
      });
      const spreading = spread(fault);
      proxy.disturb(spreading.fault);
      expect(await scored(scene, partsOf(storage, PATIENT))).toEqual(scene.expected);
      expect(spreading.hits()).toBeGreaterThan(0);
    });
  });

  test.concurrent('a store without room is STORAGE_FULL or UNAVAILABLE; once there is some, all is as if there always had been', async (context) => {
    const scene = await prepared(context);
    const { proxy, ...storage } = await scene.throughProxy({ retries: { ...ONCE, attempts: 2 } });
    const { results } = storage.stores;
    const full: Trouble = { kind: 'refuse', status: 507, code: 'InsufficientStorage' };
    const broken: Trouble = { kind: 'refuse', status: 500, code: 'InternalError' };
    proxy.disturb((seen) => (isPut(seen) ? full : null));
    await expect(results.put('x', '')).rejects.toMatchObject({ code: 'STORAGE_FULL', retryable: true });
    /** Room for neither plans nor, later, predictions, until each was refused so often. */
    const left = { '/plans/': 2, '/predictions/': 4 };
    proxy.disturb((seen) => {
      if (!isPut(seen)) return null;
      for (const part of ['/plans/', '/predictions/'] as const) {
        if (seen.path.includes(part) && left[part] > 0) return left[part]-- % 2 === 0 ? full : broken;
      }
      return null;
    });
    expect(await scored(scene, partsOf(storage, PATIENT))).toEqual(scene.expected);
    expect(left).toEqual({ '/plans/': 0, '/predictions/': 0 });
  });

  test.concurrent('messages that come in any order, twice, and again after the run has ended change nothing', async (context) => {
    const scene = await prepared(context);
    const { run, event } = await scene.commit('c1');
    const parts = partsOf(scene.storage);
    await handlePlanMessage(parts, event);
    const bodies = [0, 1].map((i) => JSON.stringify({ kind: 'score', project: PROJECT, run, shard: shardId(i) }));
    const { signal } = new AbortController();
    const score = (body: string) => scoreShard(parts, scoreMessageSchema.parse(JSON.parse(body)), { signal });
    for (const body of bodies.toReversed()) await Promise.all([score(body), score(body)]);
    expect(await scene.outcome(run, 'c1')).toEqual(scene.expected);
    for (const body of bodies) await scene.storage.queues.score.send(body);
    await scene.storage.queues.plan.send(event);
    await work(parts, () => scene.isEmptied());
    expect(await scene.outcome(run, 'c1')).toEqual(scene.expected);
  });

  test.concurrent('a scorer that stood still for longer than its lease finds its shard scored, and changes nothing', async (context) => {
    const scene = await prepared(context);
    const { run, event } = await scene.commit('c1');
    await handlePlanMessage(partsOf(scene.storage), event);
    const standing = standstill();
    const stop = new AbortController();
    const parts = partsOf(standing.faults.wrap(scene.storage), { scorer: seesCrashes });
    const slow = runScorer(parts, { signal: stop.signal, atOnce: 1, waitSeconds: 1, leaseSeconds: 1 });
    await standing.reached;
    const others = partsOf(scene.storage);
    await work(others, async () => (await scene.isDone(run)) && (await scene.isEmptied()));
    stop.abort();
    standing.goOn();
    await slow;
    const writes = standing.faults.calls.filter(
      ({ method, subject }) => method === 'put' && subject?.includes('/predictions/'),
    );
    expect(writes).toHaveLength(1);
    await work(others, () => scene.isEmptied());
    expect(await scene.outcome(run, 'c1')).toEqual(scene.expected);
  });

  test.concurrent('a trainer whose lease ran out points at no checkpoint any more', async (context) => {
    const scene = await prepared(context);
    const { models } = scene.storage.stores;
    const lease = (holder: string, ms: number) =>
      TrainingLease.acquire(models, PROJECT, 't1', { holder, seconds: 90, now: () => new Date(NOW.getTime() + ms) });
    const first = await lease('first', 0);
    await first.point('last', 'of the first');
    await expect(lease('second', 89_000)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    const second = await lease('second', 91_000);
    await expect(first.point('last', 'of the first, later')).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(second.checkpointKey('last')).toBe('of the first');
    await second.point('last', 'of the second');
    await first.release();
    await expect(lease('third', 100_000)).rejects.toMatchObject({ code: 'LEASE_LOST' });
  });

  test.concurrent('a clock that jumps back and forth by hours changes times, and nothing else', async (context) => {
    const scene = await prepared(context);
    let calls = 0;
    const now = () => new Date(NOW.getTime() + [-7, 5, 0, -23][calls++ % 4]! * HOUR_MS);
    const left = await scored(scene, partsOf(scene.storage, { now }));
    expect(calls).toBeGreaterThan(0);
    expect(timeless(left)).toEqual(timeless(scene.expected));
  });

  test.concurrent('a clock that S3 and SQS refuse for being hours off, and off the other way later, costs nothing', async (context) => {
    const scene = await prepared(context);
    const { proxy, ...storage } = await scene.throughProxy({ retries: QUICK });
    let requests = 0;
    proxy.setClock(HOUR_MS);
    proxy.disturb(() => {
      if (++requests === 30) proxy.setClock(-3 * HOUR_MS);
      return null;
    });
    await storage.queues.score.counts();
    expect(await scored(scene, partsOf(storage, PATIENT))).toEqual(scene.expected);
    expect(requests).toBeGreaterThan(50);
  });
});

/** One of each message's steps: one that failed waits twice as long each time. */
const GIVEN_UP: readonly (readonly [action: string, path: string, Trouble])[] = [
  ['PUT', '/run.json', { kind: 'cutAnswer' }],
  ['SendMessageBatch', '', { kind: 'refuseAfter', status: 500, code: 'InternalError' }],
  ['DeleteMessage', '', { kind: 'cut' }],
  ['GET', '/images/', { kind: 'cut' }],
  ['PUT', `/predictions/${shardId(0)}`, { kind: 'cutAnswer' }],
  ['PUT', `/predictions/${shardId(1)}`, { kind: 'refuse', status: 503, code: 'SlowDown' }],
];

/** Takes every image for one that crashes its reader. */
const seesCrashes: Parts['scorer'] = {
  async *score(_, items) {
    for await (const { index, item } of items) {
      const error = { code: 'CRASHED' as const, message: 'another worker saw it crash' };
      yield { index, prediction: { key: item.key, outcome: 'failed', width: null, height: null, error, faces: [] } };
    }
  },
};

/** Of a process, from before it writes predictions on: its heartbeat stands still too. */
function standstill(): { readonly faults: Faults; readonly reached: Promise<void>; goOn(): void } {
  const reached = Promise.withResolvers<void>();
  const goingOn = Promise.withResolvers<void>();
  let stands = false;
  const faults = new Faults().add(async ({ method, subject }) => {
    if (method === 'put' && subject?.includes('/predictions/')) {
      stands = true;
      reached.resolve();
    }
    if (stands) await goingOn.promise;
  });
  return { faults, reached: reached.promise, goOn: goingOn.resolve };
}
