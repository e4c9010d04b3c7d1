/**
 * A store whose disk is really full: a second LocalStack, whose bodies lie on a file system of 2 MiB.
 *
 * LocalStack 4.12 keeps bodies of up to 512 KiB in memory and others below /tmp/localstack-s3-storage
 * (`S3_MAX_FILE_SIZE_BYTES` in localstack/services/s3/storage/ephemeral.py, `DEFAULT_S3_TMP_DIR` in
 * localstack/services/s3/provider.py; neither has a setting). Here it is told to keep all of them on that file system.
 */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { shardId } from '../../domain/keys.ts';
import { type Running, startProcess } from '../../localstack/process.ts';
import { pythonWithLocalStack } from '../../localstack/python.ts';
import { CREDENTIALS, REGION } from '../../localstack/settings.ts';
import { forEach } from '../../scoring/concurrently.ts';
import { handlePlanMessage } from '../../scoring/plan.ts';
import { scoreShard } from '../../scoring/scoreShard.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { PROJECT, partsOf } from '../scoring/world.ts';
import { IN_OWN_MOUNTS, mayMount } from './ownMounts.ts';
import { localStackScene, PATIENCE, PATIENT, type Scene, work } from './scene.ts';

/** Two shards. */
const BATCH_OPTIONS = { images: 18, content: (i: number) => (i === 3 ? 'bad' : `image ${i}`) };
/** Every failure reaches the caller. */
const ONCE = { attempts: 1, baseMs: 1, capMs: 1 } as const;
const MOUNT = 'mount -t tmpfs -o size=2m tmpfs "$TMPDIR"';
/** A page of memory is the least that a body takes of it. */
const BLOCK_BYTES = [64 * 1024, 4096];
/**
 * LocalStack's own start, `argv[1]` being the folder of all bodies. On disk from the first byte on: Python's
 * SpooledTemporaryFile that finds no room on its way there can not be written ever again.
 */
const PROGRAM = `
import runpy, sys
from localstack.services.s3 import provider
from localstack.services.s3.storage import ephemeral

class OnDisk(ephemeral.LockedSpooledTemporaryFile):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.rollover()

provider.DEFAULT_S3_TMP_DIR = sys.argv[1]
ephemeral.LockedSpooledTemporaryFile = OnDisk
sys.argv = sys.argv[:1]
runpy.run_module('localstack.runtime.main', run_name='__main__')
`;
vi.setConfig(PATIENCE);

const install = await pythonWithLocalStack(console.warn);
const missing = 'missing' in install ? install.missing : null;
const mounts = await mayMount(MOUNT, '');
if (missing !== null || !mounts) {
  console.warn(`The test of a full store did not run: ${missing ?? 'this user may not mount a small file system'}`);
}
describe.skipIf(missing !== null || !mounts)('a LocalStack on a small disk', () => {
  if ('missing' in install) return;
  let folder: string;
  let localStack: Running | undefined;
  let scene: Scene;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fiducial-test-'));
    localStack = await startProcess(await pythonOnSmallDisk(install.python, folder), 0);
    const config = { region: REGION, endpoint: localStack.endpoint, credentials: CREDENTIALS };
    scene = await localStackScene(config, BATCH_OPTIONS);
  });
  afterAll(async () => {
    await scene?.close();
    await localStack?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('that is full says STORAGE_FULL, and what to do; once there is room, all is as if there always had been', async () => {
    const { results } = scene.storage.stores;
    const { proxy: _, ...atOnce } = await scene.throughProxy({ retries: ONCE });
    const parts = partsOf(atOnce, PATIENT);
    const refused = { code: 'STORAGE_FULL', retryable: true, message: expect.stringMatching(/make room .* try again/) };
    const { run, event } = await scene.commit('c1');

    const first = await fill(atOnce.stores.results);
    expect(first.refusal).toMatchObject(refused);
    await expect(results.get(first.refusedKey)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(handlePlanMessage(parts, event)).rejects.toMatchObject(refused);
    await remove(results, first.keys);
    await handlePlanMessage(parts, event);

    const second = await fill(atOnce.stores.results);
    const score = (shard: number) =>
      scoreShard(parts, { kind: 'score', project: PROJECT, run, shard: shardId(shard) }, { signal: neverStops() });
    for (const shard of [0, 1]) await expect(score(shard)).rejects.toMatchObject(refused);
    await remove(results, second.keys);
    await work(partsOf(scene.storage, PATIENT), async () => (await scene.isDone(run)) && (await scene.isEmptied()));
    expect(await scene.outcome(run, 'c1')).toEqual(scene.expected);
  });
});

async function remove(store: ObjectStore, keys: readonly string[]): Promise<void> {
  await forEach(keys, 16, (key) => store.delete(key));
}

const neverStops = () => new AbortController().signal;

/** A command that starts like that Python, and runs LocalStack with its bodies on a small file system. */
async function pythonOnSmallDisk(python: string, folder: string): Promise<string> {
  const program = join(folder, 'smallDisk.py');
  await writeFile(program, PROGRAM);
  const command = join(folder, 'python');
  const bodies = join(folder, 'bodies');
  await mkdir(bodies);
  // What it is started with (-m localstack.runtime.main) is what the program runs.
  const start = `${MOUNT} && unset TMPDIR && exec "$@"`;
  await writeFile(
    command,
    `#!/bin/sh
export TMPDIR='${bodies}'
exec unshare ${IN_OWN_MOUNTS.join(' ')} '${start}' sh '${python}' '${program}' '${bodies}'
`,
  );
  await chmod(command, 0o755);
  return command;
}

/** Puts objects until not even the smallest finds room. */
async function fill(store: ObjectStore): Promise<{ keys: string[]; refusedKey: string; refusal: unknown }> {
  const keys: string[] = [];
  let refusedKey = '';
  let refusal: unknown;
  for (const bytes of BLOCK_BYTES) {
    for (refusal = undefined; refusal === undefined; ) {
      refusedKey = `filler/${crypto.randomUUID()}`;
      await store.put(refusedKey, Buffer.alloc(bytes, 1)).then(
        () => keys.push(refusedKey),
        (error: unknown) => {
          refusal = error;
        },
      );
    }
  }
  return { keys, refusedKey, refusal };
}
