/** The ledger's promise: whatever dies between any two storage calls, every image has one outcome, always the same. */
import { describe, expect, test } from 'vitest';
import { cancelRun } from '../../scoring/cancel.ts';
import { deleteBatch, deleteRun } from '../../scoring/delete.ts';
import { interceptQueues } from '../../storage/intercept.ts';
import { atEveryCall, doubleMessages, Faults } from '../storage/faults/faults.ts';
import type { MemoryStorage } from './memory.ts';
import {
  BATCH,
  commit,
  drain,
  imageKey,
  ledger,
  type Parts,
  PROJECT,
  partsOf,
  truthOf,
  type WorldOptions,
  world,
} from './world.ts';

const IMAGES = 18;
/** One point an image: these scenarios run hundreds of times. */
const noseOf = (i: number) => ({
  ...truthOf(i),
  keypoints: [[100 + i, 101] as [number, number]],
  layout: 'nose1' as const,
});
const WITH_TRUTH: WorldOptions = {
  images: IMAGES - 1,
  manifest: Array.from({ length: IMAGES }, (_, i) => noseOf(i)),
  commit: { model: 'nose' },
};
/** Their finishing is claimed, as that of a run with much to read is. */
const CLAIMED = { claimedFrom: 1 };
const CASES: readonly (readonly [string, WorldOptions, { readonly claimedFrom?: number }])[] = [
  ['a listed batch', { images: IMAGES, content: (i) => (i === 3 ? 'bad' : `image ${i}`) }, {}],
  ['a listed batch that one worker finishes', { images: IMAGES, content: (i) => (i === 3 ? 'bad' : 'good') }, CLAIMED],
  ['a batch with ground truth', WITH_TRUTH, {}],
  ['a batch with ground truth that one worker finishes', WITH_TRUTH, CLAIMED],
  ['a batch without images', {}, {}],
];

/** Works until everything is done, starting a new process wherever the last one was killed. */
async function survive(storage: MemoryStorage, faults: Faults, more: Partial<Parts> = {}): Promise<void> {
  for (;;) {
    try {
      return await drain(storage, partsOf(faults.wrap(storage), more));
    } catch (error) {
      if (!faults.dead) throw error;
      faults.clear();
      storage.queues.plan.expireAll();
      storage.queues.score.expireAll();
    }
  }
}

describe.each(CASES)('%s', (_, options, more) => {
  test('has the undisturbed outcomes and metrics, to the byte, wherever a worker is killed', async () => {
    const undisturbed = await world(options);
    await drain(undisturbed.storage, partsOf(undisturbed.storage, more));
    const expected = ledger(undisturbed.storage);
    const calls = await atEveryCall(async (faults) => {
      const { storage } = await world(options);
      await survive(storage, faults, more);
      expect(ledger(storage)).toEqual(expected);
    });
    expect(calls).toBeGreaterThan(10);
  });

  test('comes out the same where every call fails once, before or after its effect', async () => {
    const undisturbed = await world(options);
    await drain(undisturbed.storage, partsOf(undisturbed.storage, more));
    const expected = ledger(undisturbed.storage);
    const total = new Faults();
    await survive((await world(options)).storage, total, more);
    for (let position = 0; position < total.calls.length; position++) {
      for (const moment of ['before', 'after'] as const) {
        const { storage } = await world(options);
        const faults = new Faults().failAt(position, moment);
        for (let tries = 0; ; tries++) {
          try {
            await drain(storage, partsOf(faults.wrap(storage), more));
            break;
          } catch (error) {
            if (tries === 3) throw error;
            storage.queues.plan.expireAll();
            storage.queues.score.expireAll();
          }
        }
        expect(ledger(storage)).toEqual(expected);
      }
    }
  });
});

test('messages that come twice and out of order change nothing', async () => {
  const options = WITH_TRUTH;
  const undisturbed = await world(options);
  await drain(undisturbed.storage, partsOf(undisturbed.storage));
  const { storage, committed } = await world(options);
  await storage.queues.plan.send(committed.event);
  const doubled = { ...storage, queues: interceptQueues(storage.queues, doubleMessages) };
  const shuffled = partsOf(doubled);
  storage.queues.score.visible.reverse();
  await drain(storage, shuffled);
  await storage.queues.plan.send(committed.event);
  await drain(storage, shuffled);
  expect(ledger(storage)).toEqual(ledger(undisturbed.storage));
});

test('a retry of a run that is killed anywhere copies and scores the same', async () => {
  const options = CASES[0]![1];
  const prepare = async () => {
    const { storage, committed } = await world(options);
    await drain(storage, partsOf(storage));
    const again = await commit(storage.stores.uploads, 'c2', { retryOf: committed.run });
    await storage.queues.plan.send(again.event);
    return storage;
  };
  const undisturbed = await prepare();
  await drain(undisturbed, partsOf(undisturbed));
  const expected = ledger(undisturbed);
  await atEveryCall(async (faults) => {
    const storage = await prepare();
    await survive(storage, faults);
    expect(ledger(storage)).toEqual(expected);
  });
});

describe('deletion', () => {
  const left = (storage: MemoryStorage) =>
    Object.keys(ledger(storage)).filter((key) => !key.includes('/tombstones/') && !key.includes('/deleting/'));

  test.each(['run', 'batch'] as const)(
    'of a %s leaves nothing of it, wherever it or a scorer is killed',
    async (what) => {
      await atEveryCall(
        async (faults) => {
          const { storage, committed } = await world({ images: IMAGES });
          const parts = partsOf(storage);
          const { handlePlanMessage } = await import('../../scoring/plan.ts');
          await handlePlanMessage(parts, committed.event);
          const [first] = await storage.queues.score.receive({ max: 1 });
          expect(first).toBeDefined();
          for (;;) {
            try {
              const killed = partsOf(faults.wrap(storage), { runs: parts.runs, ...CLAIMED });
              if (what === 'run') await deleteRun(killed, PROJECT, committed.run);
              else await deleteBatch(killed, PROJECT, BATCH);
              await drain(storage, killed);
              break;
            } catch (error) {
              if (!faults.dead) throw error;
              faults.clear();
              storage.queues.plan.expireAll();
              storage.queues.score.expireAll();
            }
          }
          expect(left(storage)).toEqual([]);
          if (what === 'batch') expect([...storage.stores.uploads.objects.keys()]).toEqual([]);
        },
        { stride: 1 },
      );
    },
  );

  test('of a run while one of its shards is being scored leaves nothing', async () => {
    const { storage, committed } = await world({ images: IMAGES });
    const parts = partsOf(storage);
    let deleted = false;
    const scorer: typeof parts.scorer = {
      async *score(model, items, options) {
        yield* parts.scorer.score(model, items, options);
        if (deleted) return;
        deleted = true;
        await deleteRun(parts, PROJECT, committed.run);
        const [message] = await storage.queues.plan.receive({ max: 1 });
        const { handlePlanMessage } = await import('../../scoring/plan.ts');
        await handlePlanMessage(parts, message!.body);
      },
    };
    await drain(storage, { ...parts, scorer });
    expect(deleted).toBe(true);
    expect(left(storage)).toEqual([]);
  });
});

test('a cancelled run scores no further shard, and says so', async () => {
  const { storage, committed } = await world({ images: 40 });
  const parts = partsOf(storage);
  const { handlePlanMessage } = await import('../../scoring/plan.ts');
  await handlePlanMessage(parts, committed.event);
  expect(await cancelRun(parts, PROJECT, committed.run)).toBe('cancelled');
  await drain(storage, parts);
  const { readRun } = await import('../../scoring/read/index.ts');
  expect(await readRun(storage.stores, PROJECT, committed.run)).toMatchObject({ status: 'CANCELLED', done: null });
  expect(Object.keys(ledger(storage)).filter((key) => key.includes('/predictions/'))).toEqual([]);
  expect(imageKey(0)).toBe('set/00000.jpg');
});
