/**
 * On LocalStack as on the embedded stack: whatever is killed, wherever, and whatever becomes of messages, every image
 * has one outcome, and the run is what an undisturbed one is, to the byte.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { resultKeys, uploadKeys } from '../../domain/keys.ts';
import { forEach } from '../../scoring/concurrently.ts';
import { handlePlanMessage } from '../../scoring/plan.ts';
import { sweep } from '../../scoring/sweep.ts';
import { runPlanner, runScorer } from '../../scoring/worker/loop.ts';
import { type Interceptor, interceptQueues } from '../../storage/intercept.ts';
import type { JobQueue, ObjectStore, Queues } from '../../storage/ports.ts';
import { localStack } from '../localStack.ts';
import { BATCH, commit, drain, imageKey, NOW, PROJECT, partsOf, truthOf, world } from '../scoring/world.ts';
import { doubleMessages, Faults, type Moment } from '../storage/faults/faults.ts';
import { runLedger } from './ledger.ts';
import { type LocalStackStorage, localStackStorage } from './storage.ts';
import { Worker } from './worker.ts';

/** Six shards. The last image is missing. */
const IMAGES = 96;
const content = (i: number) => (i % 31 === 7 ? `bad ${i}` : `image ${i}`);
const manifest = Array.from({ length: IMAGES }, (_, i) => truthOf(i));
const WAIT = { timeout: 280_000, interval: 100 };
/** On a busy machine leases are lost to slowness too; here that must not look like a message that can't be done. */
const NEVER_DEAD = 1000;
/** A quarter of a minute each; on a machine with much else to do, minutes. */
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

async function upload(uploads: ObjectStore): Promise<void> {
  const images = Array.from({ length: IMAGES - 1 }, (_, i) => i);
  await forEach(images, 16, async (i) => {
    await uploads.put(uploadKeys.image(PROJECT, BATCH, imageKey(i)), content(i));
  });
  await uploads.put(
    uploadKeys.manifest(PROJECT, BATCH),
    manifest.map((entry) => `${JSON.stringify(entry)}\n`).join(''),
  );
}

/** Of the same batch, in memory, with nothing going wrong. */
async function undisturbed(): Promise<Record<string, string>> {
  const { storage, committed } = await world({ images: IMAGES - 1, content, manifest });
  await drain(storage, partsOf(storage));
  return runLedger(storage.stores.results, committed.run, 'c1');
}

const config = await localStack();
describe.skipIf(config === null)('on LocalStack', () => {
  if (!config) return;
  let storage: LocalStackStorage;
  let expected: Record<string, string>;

  beforeAll(async () => {
    storage = await localStackStorage(config, NEVER_DEAD);
    await upload(storage.stores.uploads);
    expected = await undisturbed();
    expect(Object.keys(expected).filter((key) => key.includes('/predictions/'))).toHaveLength(6);
  });
  afterAll(async () => {
    await storage?.close();
  });

  const finished = (run: string) =>
    vi.waitUntil(() => storage.stores.results.head(resultKeys.done(PROJECT, run)), WAIT);
  const outcome = (run: string, id: string) => runLedger(storage.stores.results, run, id);
  /** Nothing is left to receive, and nothing is held. */
  const emptied = () =>
    vi.waitUntil(async () => {
      const { visible, inFlight } = await storage.queues.score.counts();
      return visible + inFlight === 0;
    }, WAIT);

  test('planner and scorers that are killed with signal 9, each at another storage call, cost nothing', async () => {
    const start = (settings: ConstructorParameters<typeof Worker>[1]) => new Worker(storage.environment, settings);
    const hanging = (role: 'planner' | 'scorer', target: string, method: string, subject: string, moment: Moment) =>
      start({ role, hangAt: { target, method, subject, moment } });
    const planner = hanging('planner', 'results', 'put', '/run.json', 'after');
    const scorers = [
      hanging('scorer', 'results', 'put', '/predictions/', 'before'),
      hanging('scorer', 'results', 'put', '/predictions/', 'after'),
      hanging('scorer', 'score', 'acknowledge', '', 'before'),
    ];
    const successors = [start({ role: 'planner' }), start({ role: 'scorer' })];
    const { run } = await commit(storage.stores.uploads, 'c1');
    // One after the other: a shard that was scored does not come to the calls of scoring again.
    for (const doomed of [planner, ...scorers]) {
      await doomed.go().hung;
      await doomed.kill();
      if (doomed === planner) successors[0]!.go();
    }
    successors[1]!.go();
    await finished(run);
    await emptied();
    await Promise.all(successors.map((worker) => worker.stop()));
    expect(await outcome(run, 'c1')).toEqual(expected);
  });

  /** The loops in this process, until these runs are done; `meanwhile` is called now and then. */
  async function work(queues: Queues, runs: readonly string[], meanwhile = async () => {}) {
    const stop = new AbortController();
    const options = { signal: stop.signal, waitSeconds: 1, leaseSeconds: 5, retryAfterSeconds: 1 };
    const parts = partsOf({ stores: storage.stores, queues });
    const workers = Promise.all([runPlanner(parts, options), runScorer(parts, options)]);
    for (const run of runs) {
      await vi.waitUntil(async () => {
        await meanwhile();
        return storage.stores.results.head(resultKeys.done(PROJECT, run));
      }, WAIT);
    }
    stop.abort();
    await workers;
  }

  test('messages that are lost and messages that come twice cost nothing', async () => {
    let sent = 0;
    let lost = 0;
    const arrives = () => {
      const reached = sent++ % 2 === 1;
      if (!reached) lost++;
      return reached;
    };
    /** Of the messages of planner and scorers, every second one goes nowhere. */
    const loseMessages: Interceptor = async (call, proceed) => {
      if (call.method === 'send') return arrives() ? proceed() : undefined;
      if (call.method !== 'sendAll') return proceed();
      const [messages] = call.args as [Parameters<JobQueue['sendAll']>[0]];
      return doubling.score.sendAll(messages.filter(arrives));
    };
    const doubling = interceptQueues(storage.queues, doubleMessages);
    const { run } = await commit(storage.stores.uploads, 'c2');
    await work(interceptQueues(doubling, loseMessages), [run], async () => {
      const { visible, inFlight } = await storage.queues.score.counts();
      if (visible + inFlight > 0 || lost === 0) return;
      // The hourly one, a day later.
      const later = () => new Date(NOW.getTime() + 86_400_000);
      await sweep({ ...partsOf(storage), now: later }, { idleMs: 0 });
    });
    expect(lost).toBeGreaterThanOrEqual(3);
    expect(await outcome(run, 'c2')).toEqual(expected);
  });

  test('a planner that stops between any two storage calls leaves what its successor completes', async () => {
    // Little to score: what is looked at is the planning.
    const lines = Array.from({ length: 17 }, (_, i) => ({ key: `absent-${String(i).padStart(2, '0')}.jpg` }));
    const body = lines.map((entry) => `${JSON.stringify(entry)}\n`).join('');
    await storage.stores.uploads.put(uploadKeys.manifest(PROJECT, BATCH), body);
    /** Commits once more, and plans until the fault. The commit's own event waits for the successor. */
    const plan = async (id: string, faults: Faults) => {
      const { run, event } = await commit(storage.stores.uploads, id);
      await handlePlanMessage(partsOf(faults.wrap(storage)), event).catch((error: unknown) => {
        if (!faults.dead) throw error;
      });
      return run;
    };
    const undisturbed = new Faults();
    const whole = await plan('whole', undisturbed);
    const { calls } = undisturbed;
    expect(calls.length).toBeGreaterThan(10);
    const killed: string[] = [];
    // After a call is before the next one.
    await forEach(calls.keys(), 4, async (position) => {
      killed[position] = await plan(`k${position}`, new Faults().killAt(position, 'after'));
    });
    await work(storage.queues, [whole, ...killed]);
    const expected = await outcome(whole, 'whole');
    for (const [position, { target, method, subject }] of calls.entries()) {
      const left = await outcome(killed[position]!, `k${position}`);
      expect(left, `killed after ${target}.${method} ${subject}`).toEqual(expected);
    }
  });
});
