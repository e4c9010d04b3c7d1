/** The scorer's container on a disk that is full, everything else on LocalStack. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { uploadKeys } from '../../domain/keys.ts';
import { ModelCatalog } from '../../inference/catalog.ts';
import { readDetectorPackage } from '../../inference/detectorPackage.ts';
import { modelResolver } from '../../scoring/models.ts';
import { readRun } from '../../scoring/read/index.ts';
import { runPlanner } from '../../scoring/worker/loop.ts';
import { registerModel } from '../../training/registry.ts';
import { centroidPackage, spot } from '../inference/models.ts';
import { localStack } from '../localStack.ts';
import { BATCH, commit, imageKey, PROJECT, partsOf } from '../scoring/world.ts';
import { IN_OWN_MOUNTS, mayMount } from './ownMounts.ts';
import { NEVER_DEAD, PATIENCE, WAIT } from './scene.ts';
import { type LocalStackStorage, localStackStorage } from './storage.ts';

const SCORER = new URL('../../functions/scorer.ts', import.meta.url).pathname;
const IMAGES = 3;
/** A file system of 64 KiB for this process and its children alone, filled to the last byte; gone when they are. */
const FULL = 'mount -t tmpfs -o size=64k tmpfs "$TMPDIR" && { cat /dev/zero > "$TMPDIR/full" 2> /dev/null || true; }';
vi.setConfig(PATIENCE);

const config = await localStack();
const mounts = await mayMount(`${FULL} && ! cp "$0" "$TMPDIR"`, SCORER);
if (!mounts) console.warn('This user may not mount a small file system, so the test of a full disk did not run');
describe.skipIf(config === null || !mounts)('on LocalStack', () => {
  if (!config) return;
  let storage: LocalStackStorage;
  let folder: string;
  let scorer: ChildProcess | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fiducial-test-'));
    storage = await localStackStorage(config, NEVER_DEAD);
  });
  afterAll(async () => {
    scorer?.kill('SIGKILL');
    await storage?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('a scorer whose disk is full scores: what it would keep there, it fetches', async () => {
    const { models, uploads } = storage.stores;
    const { card, bytes } = centroidPackage({ crop: 'whole' });
    await registerModel(models, PROJECT, card, bytes);
    for (let i = 0; i < IMAGES; i++) {
      await uploads.put(uploadKeys.image(PROJECT, BATCH, imageKey(i)), await spot(60, 60, [20 + i, 30]));
    }
    scorer = spawn('unshare', [...IN_OWN_MOUNTS, `${FULL} && exec "$0" "$1"`, process.execPath, SCORER], {
      env: { ...storage.environment, TMPDIR: folder, FIDUCIAL_LOG_LEVEL: 'error' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const catalog = new ModelCatalog({ store: models, shipped: null, cache: null });
    const sources = { catalog, detector: () => readDetectorPackage('models/detector') };
    const stop = new AbortController();
    const planning = runPlanner(partsOf(storage, { models: modelResolver(sources) }), {
      signal: stop.signal,
      waitSeconds: 1,
    });
    const { run } = await commit(uploads, 'c1', { model: 'centroid', crop: 'whole' });
    const done = await vi.waitUntil(async () => (await readRun(storage.stores, PROJECT, run))?.done, WAIT);
    stop.abort();
    await planning;
    expect(done).toMatchObject({ scored: IMAGES, failed: 0 });
    // Nothing half-written is left to keep the disk full.
    const seenByIt = join('/proc', String(scorer.pid), 'root', folder);
    expect((await readdir(seenByIt)).sort()).toEqual(expect.arrayContaining(['full']));
    expect(await readdir(join(seenByIt, 'onnx')).catch(() => [])).toEqual([]);
    const ended = once(scorer, 'exit');
    scorer.kill('SIGTERM');
    expect((await ended)[0]).toBe(0);
  });
});
