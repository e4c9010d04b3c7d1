import { describe, expect, test } from 'vitest';
import { parseCommitKey, resultKeys, uploadKeys } from '../../domain/keys.ts';
import { type ManifestEntry, type PlanItem, planItemSchema, type Run, runSchema } from '../../domain/records.ts';
import { decodeLines } from '../../scoring/jsonl.ts';
import { handlePlanMessage } from '../../scoring/plan.ts';
import { shardSizeFor } from '../../scoring/planning/limits.ts';
import { groupByKey } from '../../scoring/planning/manifest.ts';
import { parsePlanMessage } from '../../scoring/planning/messages.ts';
import { listPredictions, readRun } from '../../scoring/read/index.ts';
import type { MemoryStorage } from './memory.ts';
import { BATCH, commit, drain, eventOf, imageKey, PROJECT, partsOf, truthOf, upload, world } from './world.ts';

async function recordOf({ stores }: MemoryStorage, run: string): Promise<Run> {
  return runSchema.parse(JSON.parse((await stores.results.get(resultKeys.record(PROJECT, run))).body.toString()));
}

/** Items by shard, as run.json's attempt has them. */
async function planOf(storage: MemoryStorage, run: string): Promise<PlanItem[][]> {
  const { attempt } = await recordOf(storage, run);
  const { objects } = await storage.stores.results.list({ prefix: resultKeys.plan(PROJECT, run, attempt) });
  return objects
    .filter(({ key }) => key.endsWith('.jsonl'))
    .map(({ key }) => decodeLines(storage.stores.results.objects.get(key)!.body, planItemSchema, key));
}

async function uploadMany(storage: MemoryStorage, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await storage.stores.uploads.put(uploadKeys.image(PROJECT, BATCH, imageKey(i)), 'x');
}

describe('messages of the plan queue', () => {
  test('are read as S3 sends them: encoded keys, several records, the test event first', () => {
    const key = 'commits/default/faces/a b+c.json';
    expect(parseCommitKey(key)?.commit).toBe('a b+c');
    expect(parsePlanMessage(eventOf('commits/default/faces/c1.json', 'commits/default/b/c2.json'))).toEqual([
      { kind: 'plan', project: 'default', batch: 'faces', commit: 'c1' },
      { kind: 'plan', project: 'default', batch: 'b', commit: 'c2' },
    ]);
    expect(parsePlanMessage(JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'b' }))).toEqual([]);
  });

  test('that nobody of ours sent, or that name what can not be a commit, ask for nothing', () => {
    for (const body of [
      '',
      '{',
      '[]',
      '{"kind":"plan"}',
      eventOf('elsewhere/x.json'),
      eventOf('commits/UPPER/b/c.json'),
    ]) {
      expect(parsePlanMessage(body)).toEqual([]);
    }
    expect(parsePlanMessage(eventOf('commits/../b/c.json'))).toEqual([]);
    const removed = eventOf('commits/default/faces/c1.json').replace('ObjectCreated:Put', 'ObjectRemoved:Delete');
    expect(parsePlanMessage(removed)).toEqual([]);
  });
});

describe('shards', () => {
  test('have 16 to 512 images, about a thousand of them up to half a million', () => {
    expect([1, 16, 5000, 16_000, 100_000, 512_000, 10_000_000].map(shardSizeFor)).toEqual([
      16, 16, 16, 16, 100, 512, 512,
    ]);
  });

  test('hold every image once, in the order of the listing', async () => {
    const { storage, committed } = await world();
    await uploadMany(storage, 45);
    await storage.stores.uploads.put(`${uploadKeys.images(PROJECT, BATCH)}set/`, '');
    await storage.stores.uploads.put(uploadKeys.image(PROJECT, BATCH, 'ä/gesicht.jpg'), 'x');
    await drain(storage, partsOf(storage));
    const plan = await planOf(storage, committed.run);
    expect(plan.map((items) => items.length)).toEqual([16, 16, 14]);
    expect(plan.flat().map(({ key }) => key)).toEqual([
      ...Array.from({ length: 45 }, (_, i) => imageKey(i)),
      'ä/gesicht.jpg',
    ]);
  });
});

describe('a listing too long for one call', () => {
  const COUNT = 2600;

  async function planInCalls(storage: MemoryStorage, calls: (n: number) => boolean): Promise<void> {
    let n = 0;
    const parts = partsOf(storage, { timeLeft: () => calls(n++) });
    for (;;) {
      const [message] = await storage.queues.plan.receive({ max: 1 });
      if (!message) return;
      await handlePlanMessage(parts, message.body);
      await storage.queues.plan.acknowledge(message.receipt);
    }
  }

  test('goes on by messages and holds every image once', async () => {
    const { storage, committed } = await world();
    await uploadMany(storage, COUNT);
    await planInCalls(storage, () => false);
    const record = await recordOf(storage, committed.run);
    const plan = await planOf(storage, committed.run);
    expect(record).toMatchObject({ items: COUNT, shards: plan.length, shardSize: 512 });
    expect(plan.flat().map(({ key }) => key)).toEqual(Array.from({ length: COUNT }, (_, i) => imageKey(i)));
    await drain(storage, partsOf(storage));
    expect((await readRun(storage.stores, PROJECT, committed.run))?.done?.items).toBe(COUNT);
    const found = await listPredictions(storage.stores, record, { first: 5 }, { keyPrefix: 'set/0207' });
    expect(found.edges.map(({ node }) => node.prediction.key)).toEqual([2070, 2071, 2072, 2073, 2074].map(imageKey));
  });

  test('comes to one plan where its messages come twice and the batch grows meanwhile', async () => {
    const { storage, committed } = await world();
    await uploadMany(storage, COUNT);
    const parts = partsOf(storage, { timeLeft: () => false });
    for (let n = 0; ; n++) {
      const [message] = await storage.queues.plan.receive({ max: 1 });
      if (!message) break;
      await handlePlanMessage(parts, message.body);
      // Twins see images that the first did not.
      for (const twin of ['a', 'b']) {
        if (n > 0 && n < 4)
          await storage.stores.uploads.put(uploadKeys.image(PROJECT, BATCH, `set/00${n}00${twin}.jpg`), 'y');
      }
      if (n > 0 && n < 4) await handlePlanMessage(parts, message.body);
      await storage.queues.plan.acknowledge(message.receipt);
    }
    const record = await recordOf(storage, committed.run);
    const items = (await planOf(storage, committed.run)).slice(0, record.shards).flat();
    expect(items).toHaveLength(record.items);
    const keys = items.map(({ key }) => key);
    expect(keys).toEqual([...new Set(keys)].sort());
    expect(keys.filter((key) => /^set\/0\d{4}\.jpg$/.test(key))).toHaveLength(COUNT);
    await drain(storage, partsOf(storage));
    expect((await readRun(storage.stores, PROJECT, committed.run))?.done?.items).toBe(record.items);
  });
});

describe('a manifest', () => {
  const two: ManifestEntry[] = [
    { key: imageKey(0), box: { left: 0, top: 0, width: 5, height: 5 } },
    truthOf(1),
    { key: imageKey(0), box: { left: 9, top: 9, width: 5, height: 5 } },
    truthOf(0),
  ];

  test('makes each line an item under `box`, with the bounds of the truth where no box is given', async () => {
    const { storage, committed } = await world({ images: 2, manifest: two, commit: { crop: 'box' } });
    await drain(storage, partsOf(storage));
    const items = (await planOf(storage, committed.run)).flat();
    expect(items.map(({ key, box, truths }) => [key, box?.left ?? null, truths.length])).toEqual([
      [imageKey(0), 0, 0],
      [imageKey(1), 101, 1],
      [imageKey(0), 9, 0],
      [imageKey(0), 101, 1],
    ]);
  });

  test('makes the lines of one key one item under `detect`', async () => {
    const { storage, committed } = await world({ images: 2, manifest: two, commit: { crop: 'detect' } });
    await drain(storage, partsOf(storage));
    const items = (await planOf(storage, committed.run)).flat();
    expect(items.map(({ key, truths }) => [key, truths.length])).toEqual([
      [imageKey(0), 1],
      [imageKey(1), 1],
    ]);
    expect((await recordOf(storage, committed.run)).detector).toBe('d'.repeat(64));
  });

  test('holds back only lines whose key has more to come', async () => {
    const entries = ['a', 'b', 'a', 'c', 'c', 'd'].map((key) => ({ key }));
    const counts = new Map([
      ['a', 2],
      ['b', 1],
      ['c', 2],
      ['d', 1],
    ]);
    const groups: string[] = [];
    for await (const group of groupByKey(
      (async function* () {
        yield* entries;
      })(),
      counts,
    )) {
      groups.push(group.map(({ key }) => key).join(''));
    }
    expect(groups).toEqual(['aa', 'b', 'cc', 'd']);
  });

  test('names the same truth by the same digest, and another by another', async () => {
    const digests: (string | null)[] = [];
    for (const manifest of [[truthOf(0)], [truthOf(0), { key: imageKey(1) }], [truthOf(1)], [{ key: imageKey(0) }]]) {
      const { storage, committed } = await world({ images: 2, manifest });
      await drain(storage, partsOf(storage));
      digests.push((await recordOf(storage, committed.run)).truth);
    }
    expect(digests[0]).toBe(digests[1]);
    expect(digests[2]).not.toBe(digests[0]);
    expect(digests[3]).toBeNull();
  });

  test('with a line that is not an entry rejects the commit and names the line', async () => {
    const { storage, committed } = await world({ images: 2, manifest: [truthOf(0)] });
    await storage.stores.uploads.put(
      uploadKeys.manifest(PROJECT, BATCH),
      '{"key":"a"}\n\n{"key":"b","box":{"left":0}}\n',
    );
    await drain(storage, partsOf(storage));
    const run = await readRun(storage.stores, PROJECT, committed.run);
    expect(run?.rejection).toMatchObject({ code: 'INVALID_MANIFEST', message: expect.stringContaining('line 3') });
  });
});

test('a batch beyond the limits is rejected', async () => {
  const { storage, committed } = await world({ images: 20 });
  const limits = { maxImages: 19, maxBytes: 1e9, maxManifestLines: 10 };
  await drain(storage, partsOf(storage, { limits }));
  expect((await readRun(storage.stores, PROJECT, committed.run))?.rejection?.code).toBe('LIMIT_EXCEEDED');
});

test('images added after a commit belong to the next commit', async () => {
  const { storage, committed } = await world({ images: 3 });
  await drain(storage, partsOf(storage));
  await upload(storage.stores.uploads, 5);
  await storage.queues.plan.send(committed.event);
  const next = await commit(storage.stores.uploads, 'c2');
  await storage.queues.plan.send(next.event);
  await drain(storage, partsOf(storage));
  expect((await recordOf(storage, committed.run)).items).toBe(3);
  expect((await recordOf(storage, next.run)).items).toBe(5);
});
