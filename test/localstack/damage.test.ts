/** Bytes on LocalStack that are not what was written: noticed by their checksums, said by a code, and no neighbour's harm. */
import { describe, expect, type TestContext, test, vi } from 'vitest';
import { isFiducialError } from '../../domain/errors.ts';
import { modelKeys, resultKeys, shardId, uploadKeys } from '../../domain/keys.ts';
import { type Run, scoreMessageSchema } from '../../domain/records.ts';
import { ModelCatalog } from '../../inference/catalog.ts';
import { handlePlanMessage } from '../../scoring/plan.ts';
import { listPredictions, readRun } from '../../scoring/read/index.ts';
import { scoreShard } from '../../scoring/scoreShard.ts';
import type { Stores } from '../../storage/ports.ts';
import { registerModel } from '../../training/registry.ts';
import { centroidPackage } from '../inference/models.ts';
import { localStack } from '../localStack.ts';
import { BATCH, imageKey, PROJECT, partsOf } from '../scoring/world.ts';
import { isGet } from './httpFaults.ts';
import type { FaultyProxy } from './proxy.ts';
import { localStackScene, PATIENCE, PATIENT, type Scene, work } from './scene.ts';

/** Three shards. */
const IMAGES = 40;
const content = (i: number) => (i === 3 ? 'bad' : `image ${i}`);
const RETRIES = { attempts: 2, baseMs: 1, capMs: 5 } as const;
vi.setConfig(PATIENCE);

/** Every answer with this in its path has one bit wrong, until it is told to stop. Gives how many there were. */
function damaging(proxy: FaultyProxy, part: string): { times(): number; stop(): void } {
  let times = 0;
  proxy.disturb((seen) => {
    if (!isGet(seen) || !seen.path.includes(part)) return null;
    times++;
    return { kind: 'flipAnswer' };
  });
  return { times: () => times, stop: () => proxy.disturb(() => null) };
}

const config = await localStack();
describe.skipIf(config === null)('on LocalStack', () => {
  if (!config) return;
  async function prepared({ onTestFinished }: TestContext): Promise<Scene> {
    const scene = await localStackScene(config!, { images: IMAGES, content });
    onTestFinished(() => scene.close());
    return scene;
  }
  const recordOf = async (stores: Stores, run: string): Promise<Run> => (await readRun(stores, PROJECT, run))!.record!;
  const predictions = async (stores: Stores, run: string) => {
    const { edges } = await listPredictions(stores, await recordOf(stores, run), { first: 100 });
    return edges.map(({ node }) => node.prediction);
  };

  test.concurrent('an image with a wrong bit is CORRUPT, one that was replaced is CHANGED, all others are scored', async (context) => {
    const scene = await prepared(context);
    const { proxy, ...storage } = await scene.throughProxy({ retries: RETRIES });
    const { uploads } = scene.storage.stores;
    const { run, event } = await scene.commit('c1');
    await handlePlanMessage(partsOf(scene.storage), event);
    await uploads.put(uploadKeys.image(PROJECT, BATCH, imageKey(20)), 'image of another');
    const damage = damaging(proxy, imageKey(5));
    await work(partsOf(storage, PATIENT), () => scene.isDone(run));
    expect(damage.times()).toBeGreaterThanOrEqual(RETRIES.attempts);
    const { done } = (await readRun(scene.storage.stores, PROJECT, run))!;
    expect(done).toMatchObject({ scored: IMAGES - 3, failed: 3, errors: { CORRUPT: 1, CHANGED: 1, NOT_AN_IMAGE: 1 } });
    const left = await predictions(scene.storage.stores, run);
    expect(left.map(({ error }) => error?.code ?? null)).toEqual(
      Array.from({ length: IMAGES }, (_, i) => ({ 3: 'NOT_AN_IMAGE', 5: 'CORRUPT', 20: 'CHANGED' })[i] ?? null),
    );
  });

  test.concurrent('a shard whose plan has a wrong bit waits until it is whole; its neighbours do not', async (context) => {
    const scene = await prepared(context);
    const { proxy, ...storage } = await scene.throughProxy({ retries: RETRIES });
    const { run } = await scene.commit('c1');
    const damage = damaging(proxy, `/${shardId(1)}.jsonl`);
    const { results } = scene.storage.stores;
    const isThere = async (i: number) =>
      (await results.head(resultKeys.predictionShard(PROJECT, run, shardId(i)))) !== null;
    let alone = false;
    await work(partsOf(storage, PATIENT), async () => {
      if (!alone && damage.times() >= RETRIES.attempts && (await isThere(0)) && (await isThere(2))) {
        alone = !(await isThere(1));
        damage.stop();
      }
      return await scene.isDone(run);
    });
    expect(alone).toBe(true);
    expect(await scene.outcome(run, 'c1')).toEqual(scene.expected);
  });

  test.concurrent('predictions with a wrong bit, or cut short, are CORRUPT_STORE to whoever reads them; other shards are read', async (context) => {
    const scene = await prepared(context);
    const { proxy, ...storage } = await scene.throughProxy({ retries: RETRIES });
    const { results } = scene.storage.stores;
    const { run } = await scene.commit('c1');
    await work(partsOf(scene.storage), () => scene.isDone(run));
    const key = resultKeys.predictionShard(PROJECT, run, shardId(1));
    const damage = damaging(proxy, key);
    const record = await recordOf(storage.stores, run);
    const corrupt = { code: 'CORRUPT_STORE' };
    const readAll = () => predictions(storage.stores, run);
    await expect(readAll()).rejects.toMatchObject(corrupt);
    expect((await listPredictions(storage.stores, record, { first: 5 })).edges).toHaveLength(5);
    const late = scoreMessageSchema.parse({ kind: 'score', project: PROJECT, run, shard: shardId(1) });
    const { signal } = new AbortController();
    await expect(scoreShard(partsOf(storage), late, { signal })).rejects.toMatchObject(corrupt);
    damage.stop();
    expect(await readAll()).toHaveLength(IMAGES);
    expect(await scene.outcome(run, 'c1')).toEqual(scene.expected);
    const { body } = await results.get(key);
    await results.put(key, body.subarray(0, body.length - 20));
    await expect(readAll()).rejects.toMatchObject(corrupt);
    expect((await listPredictions(storage.stores, record, { first: 5 })).edges).toHaveLength(5);
  });

  test.concurrent('a model with a wrong bit is refused, on its way and where it lies; its neighbour is opened', async (context) => {
    const scene = await prepared(context);
    const { proxy, ...storage } = await scene.throughProxy({ retries: RETRIES });
    const { models } = scene.storage.stores;
    for (const name of ['whole', 'damaged']) {
      const { card, bytes } = centroidPackage({ name });
      await registerModel(models, PROJECT, card, bytes);
    }
    const catalog = new ModelCatalog({ store: storage.stores.models, shipped: null, cache: null });
    const codeOf = (name: string) =>
      catalog.load(PROJECT, name).then(
        ({ card }) => card.name,
        (error: unknown) => (isFiducialError(error) ? error.code : error),
      );
    const onnx = modelKeys.onnx(PROJECT, 'damaged', '1');
    const damage = damaging(proxy, onnx);
    expect([await codeOf('damaged'), await codeOf('whole')]).toEqual(['CORRUPT_STORE', 'whole']);
    damage.stop();
    expect(await codeOf('damaged')).toBe('damaged');
    const bytes = Buffer.from((await models.get(onnx)).body);
    bytes[bytes.length >> 1]! ^= 1;
    await models.put(onnx, bytes);
    expect([await codeOf('damaged'), await codeOf('whole')]).toEqual(['INVALID_MODEL', 'whole']);
  });
});
