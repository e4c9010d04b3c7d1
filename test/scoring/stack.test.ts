/** The whole way on a real folder: an event, the planner, the scoring process with a real network, the finisher. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { uploadKeys } from '../../domain/keys.ts';
import { ModelCatalog } from '../../inference/catalog.ts';
import { readDetectorPackage } from '../../inference/detectorPackage.ts';
import { loadPinned, modelResolver } from '../../scoring/models.ts';
import { listPredictions, readMetrics, readRun } from '../../scoring/read/index.ts';
import { ChildScorer } from '../../scoring/worker/childScorer.ts';
import { runPlanner, runScorer } from '../../scoring/worker/loop.ts';
import { centroidPackage, spot } from '../inference/models.ts';
import { embedded, temporaryFolder } from '../storage/folders.ts';
import { BATCH, commit, type fakeScorer, PROJECT, partsOf, upload } from './world.ts';

async function shippedModels(): Promise<string> {
  const folder = await temporaryFolder();
  const { card, bytes } = centroidPackage({ crop: 'whole' });
  await mkdir(join(folder, 'centroid'));
  await writeFile(join(folder, 'centroid', 'model.onnx'), bytes);
  await writeFile(join(folder, 'centroid', 'card.json'), JSON.stringify(card));
  return folder;
}

async function stack() {
  const storage = await embedded();
  const catalog = new ModelCatalog({ store: storage.stores.models, shipped: await shippedModels(), cache: null });
  const sources = { catalog, detector: () => readDetectorPackage('models/detector') };
  const scorer = new ChildScorer({
    module: join(import.meta.dirname, '../../scoring/worker/child.ts'),
    env: {},
    maxResidentBytes: 1e9,
    maxHeapMb: 256,
    watchEveryMs: 50,
    window: 32,
    windowBytes: 1e8,
    itemTimeoutMs: 30_000,
    startTimeoutMs: 60_000,
    soloDeaths: 2,
    maxModels: 2,
    loadModel: (model) => loadPinned(sources, model, { threads: 1 }),
  });
  onTestFinished(() => scorer.close());
  const parts = partsOf(storage, { scorer, models: modelResolver(sources), now: () => new Date() });
  return { storage, parts, scorer };
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(20);
}

const IMAGES = 90;
const place = (i: number): [number, number] => [20 + (i % 9) * 9, 25 + Math.floor(i / 9) * 4];

describe('the stack on one folder', () => {
  test('scores what a commit names, whatever is wrong with an image, and though its process is killed', async () => {
    const { storage, parts, scorer } = await stack();
    const { uploads } = storage.stores;
    const good = await Promise.all(Array.from({ length: IMAGES }, (_, i) => spot(120, 90, place(i), 3)));
    const broken: Record<string, Buffer> = {
      'text.jpg': Buffer.from('this is not an image, whatever its name says'),
      'cut.png': good[0]!.subarray(0, good[0]!.length >> 1),
      'empty.png': Buffer.alloc(0),
    };
    for (const [i, bytes] of good.entries()) await uploads.put(uploadKeys.image(PROJECT, BATCH, `${i}.png`), bytes);
    for (const [key, bytes] of Object.entries(broken)) await uploads.put(uploadKeys.image(PROJECT, BATCH, key), bytes);
    const lines = [
      ...good.map((_, i) => ({ key: `${i}.png`, keypoints: [place(i)], layout: 'nose1' })),
      ...[...Object.keys(broken), 'absent.png'].map((key) => ({ key })),
    ];
    await uploads.put(uploadKeys.manifest(PROJECT, BATCH), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const { run } = await commit(uploads, 'c1', { model: 'centroid' });

    const stop = new AbortController();
    const options = { signal: stop.signal, waitSeconds: 1, leaseSeconds: 30 };
    const workers = Promise.all([runPlanner(parts, options), runScorer(parts, options)]);
    await until(
      async () =>
        (await storage.stores.results.list({ prefix: `${PROJECT}/runs/${run}/summaries/` })).objects.length > 0,
    );
    process.kill(scorer.pids[0]!, 'SIGKILL');
    await until(async () => (await readRun(storage.stores, PROJECT, run))?.done != null);
    stop.abort();
    await workers;

    const view = (await readRun(storage.stores, PROJECT, run))!;
    expect(view.done).toMatchObject({ items: IMAGES + 4, scored: IMAGES, failed: 4 });
    expect(view.done?.errors).toEqual({ EMPTY: 1, MISSING: 1, NOT_AN_IMAGE: 1, TRUNCATED: 1 });
    const metrics = await readMetrics(storage.stores, PROJECT, run, view.record!.truth!);
    expect(metrics?.metrics).toMatchObject({ n: IMAGES, missed: 0 });
    expect(metrics?.metrics.maePx).toBeLessThan(0.5);
    const page = await listPredictions(storage.stores, view.record!, { first: 3 });
    expect(page.edges.map(({ node }) => node.prediction.key)).toEqual(['0.png', '1.png', '2.png']);
    expect(await storage.queues.score.counts()).toMatchObject({ visible: 0, inFlight: 0, dead: 0 });
  });

  test('told to stop gives back what it holds as if it had never been received', async () => {
    const storage = await embedded();
    const held: string[] = [];
    const scorer: typeof fakeScorer = {
      async *score(_model, items, { signal }) {
        for await (const { item } of items) held.push(item.key);
        await delay(60_000, undefined, { signal });
        yield* [];
      },
    };
    await upload(storage.stores.uploads, 40);
    await commit(storage.stores.uploads, 'c1');
    const parts = partsOf(storage, { scorer });
    const stop = new AbortController();
    const options = { signal: stop.signal, waitSeconds: 1, leaseSeconds: 600 };
    const workers = Promise.all([runPlanner(parts, options), runScorer(parts, options)]);
    await until(async () => held.length === 40);
    stop.abort();
    await workers;
    expect(await storage.queues.score.counts()).toMatchObject({ visible: 3, inFlight: 0, dead: 0 });
    const again = await storage.queues.score.receive({ max: 10, waitSeconds: 0, leaseSeconds: 1 });
    expect(again.map(({ receives }) => receives)).toEqual([1, 1, 1]);
  });
});
