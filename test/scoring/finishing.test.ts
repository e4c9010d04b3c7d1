/** Several workers see the last summary: one finishes, none is waited for longer than a lease, no run hangs. */
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { resultKeys } from '../../domain/keys.ts';
import { scoreMessageSchema } from '../../domain/records.ts';
import { inOrderAhead } from '../../scoring/concurrently.ts';
import { handleDeadShard } from '../../scoring/deadLetters.ts';
import { deleteRun } from '../../scoring/delete.ts';
import { type Finisher, finishIfComplete } from '../../scoring/finish.ts';
import { handlePlanMessage } from '../../scoring/plan.ts';
import { scoreMessage } from '../../scoring/planning/messages.ts';
import { readRun } from '../../scoring/read/index.ts';
import { scoreShard } from '../../scoring/scoreShard.ts';
import { sweep } from '../../scoring/sweep.ts';
import { runScorer } from '../../scoring/worker/loop.ts';
import { interceptQueues } from '../../storage/intercept.ts';
import { Faults } from '../storage/faults/faults.ts';
import { interleave } from './interleaved.ts';
import { drain, ledger, NOW, PROJECT, partsOf, truthOf, world } from './world.ts';

const bad = (i: number) => (i % 16 === 3 ? 'bad' : `image ${i}`);
const by = (shard: string, receives = 1): Finisher => ({ shard, receives, claimedFrom: 1 });

/** Every shard is settled, and nobody has finished. */
async function settled(images = 40) {
  const { storage, committed } = await world({ images, content: bad });
  const parts = partsOf(storage);
  await drain(storage, parts);
  const { results } = storage.stores;
  await results.delete(resultKeys.done(PROJECT, committed.run));
  const run = (await readRun(storage.stores, PROJECT, committed.run))!.record!;
  const claim = (shard: string) => results.put(resultKeys.finishing(PROJECT, run.run), JSON.stringify({ shard }));
  const done = () => results.head(resultKeys.done(PROJECT, run.run));
  return { storage, parts, run, claim, done };
}

describe('of several workers that see the last summary', () => {
  test('one finishes, and the others leave it to that one', async () => {
    const { parts, run, storage } = await settled();
    const shards = ['000000', '000001', '000002'];
    const outcomes = await Promise.all(shards.map((shard) => finishIfComplete(parts, run, by(shard))));
    expect(outcomes.toSorted()).toEqual(['finished', 'left to another', 'left to another']);
    const winner = shards[outcomes.indexOf('finished')];
    const claim = storage.stores.results.objects.get(resultKeys.finishing(PROJECT, run.run))!;
    expect(JSON.parse(claim.body.toString())).toEqual({ shard: winner });
  });

  test('one that was left to another looks again a lease later, and asks nobody', async () => {
    const { parts, run, claim, done } = await settled();
    await claim('000001');
    expect(await finishIfComplete(parts, run, by('000000'))).toBe('left to another');
    expect(await done()).toBeNull();
    expect(await finishIfComplete(parts, run, by('000000', 2))).toBe('finished');
    expect(await finishIfComplete(parts, run, by('000002'))).toBe('finished already');
  });

  test('one whose claim was written and whose answer was lost goes on', async () => {
    const { parts, run, storage } = await settled();
    const faults = new Faults().failWhere(({ subject }) => subject?.endsWith('/finishing.json') ?? false, 'after');
    const shaken = partsOf(faults.wrap(storage));
    await expect(finishIfComplete(shaken, run, by('000001'))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await finishIfComplete(parts, run, by('000001'))).toBe('finished');
  });

  test('one that stopped and sent its message anew, as if it had never come, goes on', async () => {
    const { parts, run, claim } = await settled();
    await claim('000001');
    expect(await finishIfComplete(parts, run, by('000001', 1))).toBe('finished');
  });
});

test.each([
  ['another', '000001', 'extend'],
  ['its own', '000002', 'acknowledge'],
])('a worker that finds %s claim deals with its message accordingly', async (_, claimer, dealt) => {
  const { storage, run, claim } = await settled();
  await claim(claimer);
  const { body, group } = scoreMessage(run, '000002');
  await storage.queues.score.send(body, { group });
  const stop = new AbortController();
  const calls: string[] = [];
  const queues = interceptQueues(storage.queues, async ({ method }, proceed) => {
    if (method !== 'receive') {
      calls.push(method);
      stop.abort();
    } else if (calls.length === 0 && storage.queues.score.visible.length === 0) await once(stop.signal, 'abort');
    return proceed();
  });
  const parts = partsOf({ stores: storage.stores, queues }, { claimedFrom: 1 });
  await runScorer(parts, { signal: stop.signal, atOnce: 2 });
  expect(calls).toEqual([dealt]);
});

describe('a run whose finisher is gone', () => {
  test('is finished by the dead letters', async () => {
    const { parts, run, claim, done } = await settled();
    await claim('000001');
    const { body } = scoreMessage(run, '000002');
    expect(await handleDeadShard(parts, { body, receives: 2 })).toBe('settled');
    expect(await done()).not.toBeNull();
  });

  test('with its message and every other is finished by the sweep and a lease', async () => {
    const { storage, parts, run, claim, done } = await settled();
    await claim('000001');
    const marker = { run: run.run, project: PROJECT, batch: run.batch, commit: run.commit, committedAt: NOW };
    await storage.stores.results.put(resultKeys.openRun(PROJECT, run.run), JSON.stringify(marker));
    const later = () => new Date(NOW.getTime() + 2 * 3_600_000);
    expect(await sweep({ ...parts, now: later })).toMatchObject({ shardsSent: 1 });
    await drain(storage, { ...parts, claimedFrom: 1 });
    expect(await done()).not.toBeNull();
    expect(await storage.queues.score.counts()).toMatchObject({ visible: 0, inFlight: 0, dead: 0 });
  });
});

test('a run with little to read is finished without a claim, and without asking whether it is done', async () => {
  const { storage, committed } = await world({ images: 15 * 16, content: bad });
  const faults = new Faults();
  await drain(storage, partsOf(faults.wrap(storage)));
  const { objects } = storage.stores.results;
  expect(objects.has(resultKeys.done(PROJECT, committed.run))).toBe(true);
  expect(objects.has(resultKeys.finishing(PROJECT, committed.run))).toBe(false);
  expect(faults.calls.some(({ method, subject }) => method === 'head' && subject?.endsWith('/done.json'))).toBe(false);
});

test('a run with much to read costs one write more, whatever its shards', async () => {
  const { storage, committed } = await world({ images: 16 * 16, content: bad });
  const faults = new Faults();
  await drain(storage, partsOf(faults.wrap(storage)));
  expect(storage.stores.results.objects.has(resultKeys.done(PROJECT, committed.run))).toBe(true);
  expect(faults.calls.filter(({ subject }) => subject?.endsWith('/finishing.json'))).toHaveLength(1);
});

test('a message that comes again after its run was finished costs a few requests', async () => {
  const { storage, parts, run } = await settled();
  await drain(storage, { ...parts, claimedFrom: 1 });
  expect(await finishIfComplete(parts, run)).toBe('finished');
  const faults = new Faults();
  const message = scoreMessageSchema.parse(JSON.parse(scoreMessage(run, '000001').body));
  const again = partsOf(faults.wrap(storage), { runs: parts.runs });
  expect(await scoreShard(again, message, { signal: AbortSignal.timeout(60_000), receives: 2 })).toEqual({
    kind: 'known',
    finish: 'finished already',
  });
  expect(faults.calls.map(({ method }) => method)).toEqual(['head', 'list', 'delete']);
});

test('a claim goes with its run, also where its worker died before it looked for the tombstone', async () => {
  const { storage, parts, run, claim } = await settled();
  await deleteRun(parts, PROJECT, run.run);
  await drain(storage, parts);
  // The worker read run.json before, and writes late.
  await claim('000001');
  const message = scoreMessageSchema.parse(JSON.parse(scoreMessage(run, '000001').body));
  expect(await scoreShard(parts, message, { signal: AbortSignal.timeout(60_000), receives: 2 })).toMatchObject({
    kind: 'gone',
  });
  expect([...storage.stores.results.objects.keys()].filter((key) => key.includes(`/runs/${run.run}/`))).toEqual([]);
});

describe('workers whose calls interleave in any order', () => {
  const SEEDS = 90;
  const keypoints: [number, number][] = [[100, 101]];
  const manifest = Array.from({ length: 40 }, (_, i) => ({ ...truthOf(i), keypoints, layout: 'nose1' as const }));
  const CASES = {
    'of a listed batch': { images: 40, content: bad },
    'of a batch with ground truth': { images: 40, manifest, commit: { model: 'nose' } },
  };

  test.each(Object.entries(CASES))(
    '%s leave the undisturbed outcomes, killed or not',
    { timeout: 120_000 },
    async (_, options) => {
      const undisturbed = await world(options);
      await drain(undisturbed.storage, partsOf(undisturbed.storage));
      const expected = ledger(undisturbed.storage);
      const all = { left: 0, finished: 0, kills: 0, expiries: 0 };
      for (let seed = 1; seed <= SEEDS; seed++) {
        const { storage, committed } = await world(options);
        await handlePlanMessage(partsOf(storage), committed.event);
        // Nothing fails in a third of the histories.
        const faults = seed % 3 === 0 ? { kills: 0, expiries: 0 } : { kills: seed % 4, expiries: seed % 3 };
        const seen = await interleave(storage, { workers: 3, seed, ...faults }, { claimedFrom: 1 });
        for (const what of ['left', 'finished', 'kills', 'expiries'] as const) all[what] += seen[what];
        expect(ledger(storage), `seed ${seed}`).toEqual(expected);
        if (seed % 3 === 0) expect(seen.finished, `seed ${seed}`).toBe(1);
      }
      // What it is about has happened.
      for (const count of Object.values(all)) expect(count).toBeGreaterThan(10);
    },
  );
});

describe('reading ahead', () => {
  test('gives results in order, with so many under way and so many waiting at most', async () => {
    let underWay = 0;
    let most = 0;
    let begun = 0;
    let given = 0;
    let furthest = 0;
    const work = async (value: number) => {
      most = Math.max(most, ++underWay);
      furthest = Math.max(furthest, ++begun - given);
      // The first of each ten is the last to come.
      for (let i = 0; i < (value % 10 === 0 ? 50 : 1); i++) await new Promise((resolve) => setImmediate(resolve));
      underWay--;
      return value;
    };
    const values = Array.from({ length: 100 }, (_, i) => i);
    const results: number[] = [];
    for await (const value of inOrderAhead(values, { atOnce: 4, ahead: 12 }, work)) {
      results.push(value);
      given++;
    }
    expect(results).toEqual(values);
    expect(most).toBe(4);
    expect(furthest).toBeLessThanOrEqual(12);
    expect(furthest).toBeGreaterThan(4);
  });

  test('begins nothing more after a failure, and waits for what is under way', async () => {
    let begun = 0;
    let underWay = 0;
    const work = async (value: number) => {
      begun++;
      underWay++;
      await new Promise((resolve) => setImmediate(resolve));
      underWay--;
      if (value === 5) throw new Error('five');
      return value;
    };
    const values = Array.from({ length: 50 }, (_, i) => i);
    const reading = async () => {
      for await (const _ of inOrderAhead(values, { atOnce: 3, ahead: 9 }, work)) {
        // Given.
      }
    };
    await expect(reading()).rejects.toThrow('five');
    expect(underWay).toBe(0);
    expect(begun).toBeLessThan(12);
  });
});
