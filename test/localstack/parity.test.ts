/** One batch, its commit and its model, on both stacks: what a user gets of it does not tell which one it was. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { uploadKeys } from '../../domain/keys.ts';
import type { ManifestEntry } from '../../domain/records.ts';
import { ModelCatalog } from '../../inference/catalog.ts';
import { readDetectorPackage } from '../../inference/detectorPackage.ts';
import { loadPinned, modelResolver } from '../../scoring/models.ts';
import { listAll } from '../../scoring/objects.ts';
import { readMetrics, readRun } from '../../scoring/read/index.ts';
import { ChildScorer } from '../../scoring/worker/childScorer.ts';
import { runPlanner, runScorer } from '../../scoring/worker/loop.ts';
import type { ObjectStore, Queues, Stores } from '../../storage/ports.ts';
import { syntheticPhoto } from '../../training/synthetic/writeSyntheticSet.ts';
import { localStack } from '../localStack.ts';
import { BATCH, commit, PROJECT, partsOf } from '../scoring/world.ts';
import { embedded } from '../storage/folders.ts';
import { PATIENCE, WAIT } from './scene.ts';
import { type LocalStackStorage, localStackStorage } from './storage.ts';

const FACES = 14;
const SHIPPED = 'models';
vi.setConfig(PATIENCE);

interface Batch {
  readonly images: Readonly<Record<string, Buffer>>;
  readonly manifest: readonly ManifestEntry[];
}

/** Rendered faces with their noses, and what a bucket holds besides: more than one shard. */
async function renderBatch(): Promise<Batch> {
  const photos = await Promise.all(
    Array.from({ length: FACES }, (_, i) =>
      syntheticPhoto(i, 7, { layout: 'nose1', size: { width: 200, height: 150 } }),
    ),
  );
  const whole = photos[0]!.bytes;
  const images: Record<string, Buffer> = {
    ...Object.fromEntries(photos.map(({ entry, bytes }) => [entry.key, bytes])),
    'bad/cut.jpg': whole.subarray(0, whole.length >> 1),
    'bad/empty.jpg': Buffer.alloc(0),
    'bad/text ü +.jpg': Buffer.from('Dear reader, this is not a photo.'),
    'bad/drawing.svg': Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
  };
  const bad = [...Object.keys(images).filter((key) => key.startsWith('bad/')), 'bad/absent.jpg'];
  return { images, manifest: [...photos.map(({ entry }) => entry), ...bad.map((key) => ({ key }))] };
}

async function upload(uploads: ObjectStore, { images, manifest }: Batch): Promise<string> {
  for (const [key, bytes] of Object.entries(images)) await uploads.put(uploadKeys.image(PROJECT, BATCH, key), bytes);
  const lines = manifest.map((entry) => `${JSON.stringify(entry)}\n`).join('');
  await uploads.put(uploadKeys.manifest(PROJECT, BATCH), lines);
  // Whole images: the boxes serve as normaliser only.
  return (await commit(uploads, 'c1', { model: 'nose', crop: 'whole' })).run;
}

/** Every object of the run, plans apart: those hold ETags, which are the store's. */
async function outcome(results: ObjectStore, run: string): Promise<Record<string, string>> {
  const bodies: Record<string, string> = {};
  for await (const { key } of listAll(results, `${PROJECT}/runs/${run}/`)) {
    if (!key.includes('/plans/')) bodies[key] = (await results.get(key)).body.toString('utf8');
  }
  return bodies;
}

const config = await localStack();
describe.skipIf(config === null)('a batch on the embedded stack and on LocalStack', () => {
  if (!config) return;
  const catalog = new ModelCatalog({ store: null, shipped: SHIPPED, cache: null });
  const sources = { catalog, detector: () => readDetectorPackage(join(SHIPPED, 'detector')) };
  let scorer: ChildScorer;
  let aws: LocalStackStorage;

  beforeAll(async () => {
    aws = await localStackStorage(config);
    scorer = new ChildScorer({
      module: join(import.meta.dirname, '../../scoring/worker/child.ts'),
      env: {},
      maxResidentBytes: 1e9,
      maxHeapMb: 256,
      watchEveryMs: 50,
      window: 32,
      windowBytes: 1e8,
      itemTimeoutMs: 60_000,
      startTimeoutMs: 120_000,
      soloDeaths: 2,
      maxModels: 1,
      loadModel: (model) => loadPinned(sources, model, { threads: 1 }),
    });
  });
  afterAll(async () => {
    await scorer?.close();
    await aws?.close();
  });

  /** From the commit's own event to done.json, by the loops of planner and scorer. */
  async function score(storage: { stores: Stores; queues: Queues }, batch: Batch) {
    const models = modelResolver(sources);
    const parts = partsOf(storage, { scorer, models, newAttempt: () => 'attempt' });
    const stop = new AbortController();
    const options = { signal: stop.signal, waitSeconds: 1, leaseSeconds: 60 };
    const workers = Promise.all([runPlanner(parts, options), runScorer(parts, options)]);
    const run = await upload(storage.stores.uploads, batch);
    await vi.waitUntil(async () => (await readRun(storage.stores, PROJECT, run))?.done, WAIT);
    stop.abort();
    await workers;
    const view = (await readRun(storage.stores, PROJECT, run))!;
    const metrics = await readMetrics(storage.stores, PROJECT, run, view.record!.truth!);
    return { done: view.done!, metrics, objects: await outcome(storage.stores.results, run) };
  }

  test('has the same predictions and metrics, to the byte', async () => {
    const batch = await renderBatch();
    const here = await score(await embedded(), batch);
    const there = await score(aws, batch);
    expect(here.done).toMatchObject({
      items: FACES + 5,
      scored: FACES,
      errors: { EMPTY: 1, MISSING: 1, NOT_AN_IMAGE: 1, TRUNCATED: 1, UNSUPPORTED: 1 },
    });
    expect(here.metrics?.metrics).toMatchObject({ n: FACES, missed: 0 });
    expect(Object.keys(here.objects).filter((key) => key.includes('/predictions/'))).toHaveLength(2);
    expect(there.objects).toEqual(here.objects);
    expect(there.metrics).toEqual(here.metrics);
  });
});
