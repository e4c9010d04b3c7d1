/** The faults of this folder on LocalStack, by the adapters that AWS gets: refused, cut off, doubled, late, at odd hours. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { resultKeys, shardId, uploadKeys } from '../../domain/keys.ts';
import { scoreMessageSchema } from '../../domain/records.ts';
import { forEach } from '../../scoring/concurrently.ts';
import { handlePlanMessage } from '../../scoring/plan.ts';
import { scoreShard } from '../../scoring/scoreShard.ts';
import { runPlanner, runScorer } from '../../scoring/worker/loop.ts';
import type { JobQueue, ObjectStore } from '../../storage/ports.ts';
import { localStack } from '../localStack.ts';
import { runLedger } from '../localstack/ledger.ts';
import { type LocalStackStorage, localStackStorage } from '../localstack/storage.ts';
import { BATCH, commit, drain, imageKey, NOW, type Parts, PROJECT, partsOf, truthOf, world } from '../scoring/world.ts';
import { Faults, throttled } from '../storage/faults/faults.ts';

/** Two shards. */
const IMAGES = 32;
const content = (i: number) => (i === 3 ? 'bad' : `image ${i}`);
const manifest = Array.from({ length: IMAGES }, (_, i) => truthOf(i));
/** On a busy machine leases are lost to slowness too; that must not look like a message that can't be done. */
const NEVER_DEAD = 1000;
const WAIT = { timeout: 280_000, interval: 100 };
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const timeless = (ledger: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(ledger).map(([key, body]) => [key, body.replaceAll(/"(finished|deleted)At":"[^"]+"/g, '')]),
  );

async function undisturbed(): Promise<Record<string, string>> {
  const { storage, committed } = await world({ images: IMAGES, content, manifest });
  await drain(storage, partsOf(storage));
  return runLedger(storage.stores.results, committed.run, 'c1');
}

async function upload(uploads: ObjectStore): Promise<void> {
  await forEach([...manifest.keys()], 16, async (i) => {
    await uploads.put(uploadKeys.image(PROJECT, BATCH, imageKey(i)), content(i));
  });
  const lines = manifest.map((entry) => `${JSON.stringify(entry)}\n`);
  await uploads.put(uploadKeys.manifest(PROJECT, BATCH), lines.join(''));
}

/** The loops in this process, until it holds. */
async function work(parts: Parts, until: () => Promise<boolean>): Promise<void> {
  const stop = new AbortController();
  const options = { signal: stop.signal, waitSeconds: 1, leaseSeconds: 5, retryAfterSeconds: 1 };
  const workers = Promise.all([runPlanner(parts, options), runScorer(parts, options)]);
  try {
    await vi.waitUntil(until, WAIT);
  } finally {
    stop.abort();
    await workers;
  }
}

const config = await localStack();
describe.skipIf(config === null)('on LocalStack', () => {
  if (!config) return;
  let storage: LocalStackStorage;
  let expected: Record<string, string>;
  beforeAll(async () => {
    storage = await localStackStorage(config, NEVER_DEAD);
    [expected] = await Promise.all([undisturbed(), upload(storage.stores.uploads)]);
  });
  afterAll(async () => {
    await storage?.close();
  });

  const isDone = async (run: string) => (await storage.stores.results.head(resultKeys.done(PROJECT, run))) !== null;
  const isEmpty = async (queue: JobQueue) => {
    const { visible, inFlight } = await queue.counts();
    return visible + inFlight === 0;
  };
  const emptied = async () => (await isEmpty(storage.queues.plan)) && (await isEmpty(storage.queues.score));
  const outcome = (run: string, id: string) => runLedger(storage.stores.results, run, id);

  test('calls that are refused, cut off or throttled, before or after their effect, cost nothing', async () => {
    let state = 1;
    let hit = 0;
    const faults = new Faults().add((_, moment) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      if (hit >= 12 || (state >> 8) % 8 !== 0) return;
      hit++;
      throw moment === 'before' ? throttled() : new Error('socket hang up');
    });
    const { run } = await commit(storage.stores.uploads, 'c1');
    await work(partsOf(faults.wrap(storage)), async () => (await isDone(run)) && (await emptied()));
    expect(hit).toBeGreaterThan(5);
    expect(await outcome(run, 'c1')).toEqual(expected);
  });

  test('messages that come in any order, twice, and again after the run has ended change nothing', async () => {
    const { run, event } = await commit(storage.stores.uploads, 'c2');
    const parts = partsOf(storage);
    await handlePlanMessage(parts, event);
    const bodies = [0, 1].map((i) => JSON.stringify({ kind: 'score', project: PROJECT, run, shard: shardId(i) }));
    const { signal } = new AbortController();
    const score = (body: string) => scoreShard(parts, scoreMessageSchema.parse(JSON.parse(body)), { signal });
    for (const body of bodies.toReversed()) await Promise.all([score(body), score(body)]);
    expect(await outcome(run, 'c2')).toEqual(expected);
    for (const body of bodies) await storage.queues.score.send(body);
    await storage.queues.plan.send(event);
    await work(parts, emptied);
    expect(await outcome(run, 'c2')).toEqual(expected);
  });

  test('a clock that jumps back and forth by hours changes times, and nothing else', async () => {
    let calls = 0;
    const now = () => new Date(NOW.getTime() + [-7, 5, 0, -23][calls++ % 4]! * 3_600_000);
    const { run } = await commit(storage.stores.uploads, 'c3');
    await work(partsOf(storage, { now }), async () => (await isDone(run)) && (await emptied()));
    expect(calls).toBeGreaterThan(0);
    expect(timeless(await outcome(run, 'c3'))).toEqual(timeless(expected));
  });
});
