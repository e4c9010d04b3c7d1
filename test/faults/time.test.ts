/** Late, double, out of order, on a clock that jumps, on a body that is not what was written. */
import { expect, test } from 'vitest';
import { FiducialError } from '../../domain/errors.ts';
import { scoreMessageSchema } from '../../domain/records.ts';
import { handlePlanMessage } from '../../scoring/plan.ts';
import { listPredictions, readRun } from '../../scoring/read/index.ts';
import { scoreShard } from '../../scoring/scoreShard.ts';
import { sweep } from '../../scoring/sweep.ts';
import { drain, imageKey, ledger, NOW, PROJECT, partsOf, truthOf, world } from '../scoring/world.ts';
import { Faults } from '../storage/faults/faults.ts';

const IMAGES = 40;
const content = (i: number) => (i === 3 ? 'bad' : `image ${i}`);
const manifest = Array.from({ length: IMAGES }, (_, i) => truthOf(i));
const prepared = () => world({ images: IMAGES, content, manifest });
const timeless = (entries: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(entries).map(([key, body]) => [key, body.replace(/"(finished|deleted)At":"[^"]+"/, '')]),
  );

async function undisturbed() {
  const { storage } = await prepared();
  await drain(storage, partsOf(storage));
  return ledger(storage);
}

test('messages that come after the run has ended change nothing, however often and in whatever order', async () => {
  const { storage, committed } = await prepared();
  const parts = partsOf(storage);
  await handlePlanMessage(parts, committed.event);
  const late = storage.queues.score.visible.map(({ body }) => body);
  await drain(storage, parts);
  const before = ledger(storage);
  expect(before).toEqual(await undisturbed());
  for (const body of [...late, ...late.toReversed()]) await storage.queues.score.send(body);
  await storage.queues.plan.send(committed.event);
  await storage.queues.plan.send(committed.event);
  await drain(storage, partsOf(storage));
  expect(ledger(storage)).toEqual(before);
});

test('a shard that two workers hold at once, the lease of one having run out, has one set of outcomes', async () => {
  const { storage, committed } = await prepared();
  const parts = partsOf(storage);
  await handlePlanMessage(parts, committed.event);
  const messages = storage.queues.score.visible.map(({ body }) => scoreMessageSchema.parse(JSON.parse(body)));
  // The second sees every image refused as no image: whoever writes first is believed by both.
  const wrong: typeof parts.scorer = {
    async *score(_, items) {
      for await (const { index, item } of items) {
        const error = { code: 'CRASHED' as const, message: 'another worker saw it crash' };
        yield { index, prediction: { key: item.key, outcome: 'failed', width: null, height: null, error, faces: [] } };
      }
    },
  };
  const { signal } = new AbortController();
  for (const message of messages) {
    await Promise.all([
      scoreShard(parts, message, { signal }),
      scoreShard({ ...parts, scorer: wrong }, message, { signal }),
    ]);
  }
  const { record, done } = (await readRun(storage.stores, PROJECT, committed.run))!;
  const { edges } = await listPredictions(storage.stores, record!, { first: 100 });
  expect(edges.map(({ node }) => node.prediction.key)).toEqual(Array.from({ length: IMAGES }, (_, i) => imageKey(i)));
  const failed = edges.filter(({ node }) => node.prediction.outcome === 'failed').length;
  expect(done).toMatchObject({ scored: IMAGES - failed, failed });
  const summaries = Object.keys(ledger(storage)).filter((key) => /\/runs\/[^/]+\/summaries\//.test(key));
  expect(summaries).toHaveLength(record!.shards);
});

test('a clock that jumps back and forth by hours changes times in the ledger, and nothing else', async () => {
  const expected = timeless(await undisturbed());
  for (const jumps of [
    [-7, 5],
    [11, -23],
    [0, -400],
  ]) {
    const { storage } = await prepared();
    let calls = 0;
    const now = () => new Date(NOW.getTime() + jumps[calls++ % jumps.length]! * 3_600_000);
    const parts = partsOf(storage, { now });
    await drain(storage, parts).catch(() => {});
    await sweep(parts);
    storage.queues.plan.expireAll();
    await drain(storage, parts);
    const left = timeless(ledger(storage));
    // A commit that lies more than a day in the future of such a clock is rejected, and says so.
    const rejected = Object.keys(left).some((key) => key.endsWith('/rejected.json'));
    if (rejected) expect(Math.min(...jumps)).toBeLessThan(-24);
    else expect(left).toEqual(expected);
  }
});

test('an image whose bytes do not match their checksum is CORRUPT, and fails no neighbour', async () => {
  const { storage, committed } = await prepared();
  const corrupt = () => new FiducialError('CORRUPT_STORE', 'Expected the bytes that were written, got others');
  const faults = new Faults().failWhere(
    ({ method, subject }) => method === 'get' && subject?.endsWith(imageKey(11)) === true,
    'after',
    Number.POSITIVE_INFINITY,
    corrupt,
  );
  await drain(storage, partsOf(faults.wrap(storage)));
  const { done } = (await readRun(storage.stores, PROJECT, committed.run))!;
  expect(done).toMatchObject({ scored: IMAGES - 2, failed: 2, errors: { CORRUPT: 1, NOT_AN_IMAGE: 1 } });
});

test('a plan or predictions that are corrupt are never taken for outcomes: the shard fails until they are whole', async () => {
  for (const part of ['/plans/', '/predictions/']) {
    const { storage } = await prepared();
    const corrupt = () => new FiducialError('CORRUPT_STORE', 'Expected the bytes that were written, got others');
    const faults = new Faults().failWhere(
      ({ method, subject, target }) => target === 'results' && method === 'get' && subject?.includes(part) === true,
      'after',
      3,
      corrupt,
    );
    // Predictions are read by who finds them there: the first writer's acknowledgement is lost.
    faults.failWhere(({ target, method }) => target === 'score' && method === 'acknowledge', 'before', 2);
    const parts = partsOf(faults.wrap(storage));
    for (let tries = 0; tries < 8; tries++) {
      await drain(storage, parts).catch(() => {});
      storage.queues.score.expireAll();
    }
    await drain(storage, parts);
    expect(ledger(storage)).toEqual(await undisturbed());
  }
});
