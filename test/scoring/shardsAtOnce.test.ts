/** How many shards a worker takes at once, and how many images it reads ahead of its scorer. */
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { resultKeys } from '../../domain/keys.ts';
import { Arrivals } from '../../scoring/arrivals.ts';
import { handlePlanMessage } from '../../scoring/plan.ts';
import { ReadAhead } from '../../scoring/readAhead.ts';
import { runScorer } from '../../scoring/worker/loop.ts';
import { interceptQueues } from '../../storage/intercept.ts';
import type { MemoryStorage } from './memory.ts';
import { PROJECT, partsOf, world } from './world.ts';

const IMAGES = 12 * 16 + 3;

interface Sent {
  items?: number;
}

/** Messages as they would be of other shards, or of another release. */
function changeMessages(storage: MemoryStorage, change: (message: Sent) => void): void {
  const { score } = storage.queues;
  score.visible = score.visible.map((waiting) => {
    const message: Sent = JSON.parse(waiting.body);
    change(message);
    return { ...waiting, body: JSON.stringify(message) };
  });
}

/** The most shards that a worker comes to work on at once. None ends before `expected` are there, so fewer never end. */
async function mostAtOnce(expected: number, change: (message: Sent) => void, atOnce?: number): Promise<number> {
  const { storage, committed } = await world({ images: IMAGES });
  const parts = partsOf(storage);
  await handlePlanMessage(parts, committed.event);
  changeMessages(storage, change);
  const stop = new AbortController();
  const { signal } = stop;
  let now = 0;
  let most = 0;
  const scorer: typeof parts.scorer = {
    async *score(model, items, options) {
      most = Math.max(most, ++now);
      while (most < expected) await delay(1, undefined, { signal });
      // Time for one too many to come.
      await delay(20, undefined, { signal });
      yield* parts.scorer.score(model, items, options);
      now--;
    },
  };
  const queues = interceptQueues(storage.queues, async ({ method }, proceed) => {
    if (method === 'receive' && storage.queues.score.visible.length === 0) await delay(2);
    return proceed();
  });
  const working = runScorer({ ...parts, queues, scorer }, { signal, ...(atOnce === undefined ? {} : { atOnce }) });
  while (!(await storage.stores.results.head(resultKeys.done(PROJECT, committed.run)))) await delay(2);
  stop.abort();
  await working;
  return most;
}

describe('a worker takes at once', () => {
  test('eight small shards', async () => {
    expect(await mostAtOnce(8, () => {})).toBe(8);
  });

  test('three large ones', async () => {
    expect(
      await mostAtOnce(3, (message) => {
        message.items = 512;
      }),
    ).toBe(3);
  });

  test('three where messages of an earlier release do not say how large they are', async () => {
    expect(
      await mostAtOnce(3, (message) => {
        delete message.items;
      }),
    ).toBe(3);
  });

  test.each([2, 5])('%i where it is told so, whatever their size', async (atOnce) => {
    for (const items of [16, 512]) {
      expect(
        await mostAtOnce(
          atOnce,
          (message) => {
            message.items = items;
          },
          atOnce,
        ),
      ).toBe(atOnce);
    }
  });
});

test('the message of a shard says how many images it has', async () => {
  const { storage, committed } = await world({ images: 40 });
  await handlePlanMessage(partsOf(storage), committed.event);
  expect(storage.queues.score.visible.map(({ body }) => JSON.parse(body).items)).toEqual([16, 16, 8]);
});

describe('images read ahead of a scorer', () => {
  const PLACES = 48;
  const SHARDS = 8;
  const values = Array.from({ length: 100 }, (_, i) => i);

  test('are no more than three shards would read by themselves, and none waits for another', async () => {
    const ahead = new ReadAhead(PLACES, SHARDS);
    let most = 0;
    const read = async (value: number) => {
      most = Math.max(most, ahead.taken);
      for (let i = 0; i < value % 7; i++) await new Promise((resolve) => setImmediate(resolve));
      return value;
    };
    const shard = () => new Arrivals(values, 16, read, ahead.open())[Symbol.asyncIterator]();
    // Seven that nobody goes on taking from hold all that they can.
    const stuck = Array.from({ length: SHARDS - 1 }, shard);
    for (const one of stuck) await one.next();
    let taken = 0;
    for (let next = shard(), one = await next.next(); !one.done; one = await next.next()) taken++;
    expect(taken).toBe(values.length);
    expect(most).toBeLessThanOrEqual(PLACES);
    expect(most).toBeGreaterThan(PLACES - SHARDS);
    // Given up, or gone on with to the end: all places come back.
    for (const one of stuck.slice(0, 3)) await one.return(undefined);
    for (const one of stuck.slice(3)) while (!(await one.next()).done) taken++;
    expect(taken).toBe(values.length + 4 * (values.length - 1));
    expect(ahead.taken).toBe(0);
    expect(most).toBeLessThanOrEqual(PLACES);
  });

  test('of one shard are as many as it may read by itself', async () => {
    const ahead = new ReadAhead(PLACES, SHARDS);
    let most = 0;
    const read = async (value: number) => {
      most = Math.max(most, ahead.taken);
      await new Promise((resolve) => setImmediate(resolve));
      return value;
    };
    for await (const _ of new Arrivals(values, 16, read, ahead.open())) {
      // Taken.
    }
    expect(most).toBe(16);
  });

  test('give their places back where one can not be read', async () => {
    const ahead = new ReadAhead(PLACES, SHARDS);
    const read = async (value: number) => {
      await new Promise((resolve) => setImmediate(resolve));
      if (value === 30) throw new Error('thirty');
      return value;
    };
    const reading = async () => {
      for await (const _ of new Arrivals(values, 16, read, ahead.open())) {
        // Taken.
      }
    };
    await expect(reading()).rejects.toThrow('thirty');
    expect(ahead.taken).toBe(0);
  });
});
