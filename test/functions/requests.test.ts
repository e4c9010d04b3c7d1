/** What a run costs in requests, counted at the ports as S3 and SQS bill them: nothing here grows unseen. */
import { describe, expect, test } from 'vitest';
import type { Commit } from '../../domain/records.ts';
import { scoreMessageSchema } from '../../domain/records.ts';
import { handlePlanMessage } from '../../scoring/plan.ts';
import { scoreShard } from '../../scoring/scoreShard.ts';
import { RequestCounter } from '../../storage/counting.ts';
import { interceptQueues, interceptStores, type StorageCall } from '../../storage/intercept.ts';
import type { MemoryStorage } from '../scoring/memory.ts';
import { commit, drain, type Parts, PROJECT, partsOf, truthOf, upload, world } from '../scoring/world.ts';

const IMAGES = 200;
const SHARDS = 13; // of sixteen
const manifest = Array.from({ length: IMAGES }, (_, i) => truthOf(i));
/** One in twelve is no image, so that most shards have a failure. */
const content = (i: number) => (i % 12 === 5 ? `bad ${i}` : `image ${i}`);

const isImage = (call: StorageCall) => call.target === 'uploads' && call.method === 'get';
/** Read once by each process and run. */
const isRecord = (call: StorageCall) => call.method === 'get' && /\/runs\/[^/]+\/run\.json$/.test(call.subject ?? '');
const isOther = (call: StorageCall) => !isImage(call) && !isRecord(call);

interface Counted {
  readonly counter: RequestCounter;
  readonly parts: Parts;
}

function counted(storage: MemoryStorage): Counted {
  const counter = new RequestCounter();
  const stores = interceptStores(storage.stores, counter.interceptor);
  const queues = interceptQueues(storage.queues, counter.interceptor);
  return { counter, parts: partsOf({ stores, queues }) };
}

/** As a worker does it: a receive, the shard, an acknowledgement. */
async function scoreNext({ parts }: Counted): Promise<void> {
  const [message] = await parts.queues.score.receive({ max: 1, waitSeconds: 20, leaseSeconds: 60 });
  const shard = scoreMessageSchema.parse(JSON.parse(message!.body));
  await scoreShard(parts, shard, { signal: new AbortController().signal, receives: message!.receives });
  await parts.queues.score.acknowledge(message!.receipt);
}

interface Cost {
  readonly planning: number;
  /** Of all shards but the last. */
  readonly shards: readonly { readonly images: number; readonly records: number; readonly other: number }[];
  /** The last shard, and the run that it completes. */
  readonly last: number;
}

async function costOf(storage: MemoryStorage, more: Partial<Commit>): Promise<Cost> {
  const { event } = await commit(storage.stores.uploads, 'counted', more);
  const planner = counted(storage);
  await handlePlanMessage(planner.parts, event);
  const worker = counted(storage);
  const shards = [];
  while (storage.queues.score.visible.length > 1) {
    worker.counter.reset();
    await scoreNext(worker);
    const { counter } = worker;
    shards.push({ images: counter.total(isImage), records: counter.total(isRecord), other: counter.total(isOther) });
  }
  worker.counter.reset();
  await scoreNext(worker);
  return { planning: planner.counter.total(), shards, last: worker.counter.total(isOther) };
}

async function batch(truth: boolean): Promise<MemoryStorage> {
  const { storage } = await world({ images: IMAGES, content, ...(truth ? { manifest } : {}) });
  await drain(storage, partsOf(storage));
  return storage;
}

describe.each([
  ['without ground truth', false],
  ['with ground truth', true],
] as const)('a run %s', (_, truth) => {
  const most = 8;

  test('costs a GET an image and at most eight other requests a shard, from its receive to its acknowledgement', async () => {
    const { shards } = await costOf(await batch(truth), {});
    expect(shards).toHaveLength(SHARDS - 1);
    expect(shards.map(({ images }) => images)).toEqual(shards.map(() => 16));
    expect(shards.map(({ records }) => records)).toEqual(shards.map((_, i) => (i === 0 ? 1 : 0)));
    for (const { other } of shards) expect(other).toBeLessThanOrEqual(most);
  });

  test('costs a PUT a shard and a send for ten of them to plan, and at most a GET a shard to finish, and little else', async () => {
    const { planning, last } = await costOf(await batch(truth), {});
    expect(planning).toBeLessThanOrEqual(SHARDS + Math.ceil(SHARDS / 10) + 20);
    const pages = 4; // of failures and of the order
    expect(last).toBeLessThanOrEqual(most + SHARDS + pages + 10);
  });
});

test('what a retry copies is read in place of the images: no shard costs more than its images and ten', async () => {
  const storage = await batch(true);
  const [first] = [...storage.stores.results.objects.keys()].filter((key) => key.endsWith('/done.json'));
  const retryOf = first!.split('/')[2]!;
  // Images that came since: shards no longer begin where they did.
  const late = Array.from({ length: 40 }, (_, i) => ({ key: `a late one ${i}.jpg` }));
  await storage.stores.uploads.put(
    `${PROJECT}/batches/faces/images.jsonl`,
    [...late, ...manifest].map((entry) => `${JSON.stringify(entry)}\n`).join(''),
  );
  await upload(storage.stores.uploads, IMAGES, content);
  for (const { key } of late) await storage.stores.uploads.put(`${PROJECT}/batches/faces/images/${key}`, 'image');
  const { shards } = await costOf(storage, { retryOf });
  const copying = shards.filter(({ images }) => images < 16);
  expect(copying.length).toBeGreaterThan(5);
  for (const { images, other } of shards) expect(images + other).toBeLessThanOrEqual(16 + 10);
});
