/**
 * On LocalStack as on the embedded stack: whatever is killed, wherever, and whatever becomes of messages, every image
 * has one outcome, and the run is what an undisturbed one is, to the byte.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { uploadKeys } from '../../domain/keys.ts';
import { forEach } from '../../scoring/concurrently.ts';
import { handlePlanMessage } from '../../scoring/plan.ts';
import { sweep } from '../../scoring/sweep.ts';
import { type Interceptor, interceptQueues } from '../../storage/intercept.ts';
import type { JobQueue } from '../../storage/ports.ts';
import { localStack } from '../localStack.ts';
import { BATCH, NOW, PROJECT, partsOf } from '../scoring/world.ts';
import { doubleMessages, Faults, type Moment } from '../storage/faults/faults.ts';
import { localStackScene, PATIENCE, type Scene, WAIT, work } from './scene.ts';
import { Worker } from './worker.ts';

/** Six shards. The last image is missing. */
const IMAGES = 96;
const content = (i: number) => (i % 31 === 7 ? `bad ${i}` : `image ${i}`);
vi.setConfig(PATIENCE);

const config = await localStack();
describe.skipIf(config === null)('on LocalStack', () => {
  if (!config) return;
  let scene: Scene;
  let storage: Scene['storage'];

  beforeAll(async () => {
    scene = await localStackScene(config, { images: IMAGES, missing: 1, content });
    storage = scene.storage;
    expect(Object.keys(scene.expected).filter((key) => key.includes('/predictions/'))).toHaveLength(6);
  });
  afterAll(async () => {
    await scene?.close();
  });

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
    const { run } = await scene.commit('c1');
    // One after the other: a shard that was scored does not come to the calls of scoring again.
    for (const doomed of [planner, ...scorers]) {
      await doomed.go().hung;
      await doomed.kill();
      if (doomed === planner) successors[0]!.go();
    }
    successors[1]!.go();
    await vi.waitUntil(async () => (await scene.isDone(run)) && (await scene.isEmpty(storage.queues.score)), WAIT);
    await Promise.all(successors.map((worker) => worker.stop()));
    expect(await scene.outcome(run, 'c1')).toEqual(scene.expected);
  });

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
    const { run } = await scene.commit('c2');
    const queues = interceptQueues(doubling, loseMessages);
    await work(partsOf({ stores: storage.stores, queues }), async () => {
      if (await scene.isDone(run)) return true;
      if (lost > 0 && (await scene.isEmpty(storage.queues.score))) {
        // The hourly one, a day later.
        const later = () => new Date(NOW.getTime() + 86_400_000);
        await sweep({ ...partsOf(storage), now: later }, { idleMs: 0 });
      }
      return false;
    });
    expect(lost).toBeGreaterThanOrEqual(3);
    expect(await scene.outcome(run, 'c2')).toEqual(scene.expected);
  });

  test('a planner that stops between any two storage calls leaves what its successor completes', async () => {
    // Little to score: what is looked at is the planning.
    const lines = Array.from({ length: 17 }, (_, i) => ({ key: `absent-${String(i).padStart(2, '0')}.jpg` }));
    const body = lines.map((entry) => `${JSON.stringify(entry)}\n`).join('');
    await storage.stores.uploads.put(uploadKeys.manifest(PROJECT, BATCH), body);
    /** Commits once more, and plans until the fault. The commit's own event waits for the successor. */
    const plan = async (id: string, faults: Faults) => {
      const { run, event } = await scene.commit(id);
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
    for (const run of [whole, ...killed]) await work(partsOf(storage), () => scene.isDone(run));
    const expected = await scene.outcome(whole, 'whole');
    for (const [position, { target, method, subject }] of calls.entries()) {
      const left = await scene.outcome(killed[position]!, `k${position}`);
      expect(left, `killed after ${target}.${method} ${subject}`).toEqual(expected);
    }
  });
});
