/** Real processes on a real folder, killed with signal 9 at random moments. */
import { type ChildProcess, fork } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { uploadKeys } from '../../domain/keys.ts';
import { predictionSchema } from '../../domain/records.ts';
import { forEach } from '../../scoring/concurrently.ts';
import { decodeLines } from '../../scoring/jsonl.ts';
import { listAll } from '../../scoring/objects.ts';
import { readMetrics, readProgress, readRun } from '../../scoring/read/index.ts';
import type { Stores } from '../../storage/ports.ts';
import { embedded, temporaryFolder } from '../storage/folders.ts';
import { BATCH, commit, drain, imageKey, PROJECT, partsOf, truthOf, world } from './world.ts';

const IMAGES = 2000;
const SHARDS = IMAGES / 16;
const KILLS = 20;
const content = (i: number) => (i % 97 === 5 ? `bad ${i}` : `image ${i}`);
const manifest = Array.from({ length: IMAGES }, (_, i) => truthOf(i));

class Worker {
  readonly #args: readonly string[];
  #process: ChildProcess;

  constructor(folder: string, gate: string) {
    this.#args = [folder, gate];
    this.#process = this.#start();
  }

  /** Its own, and of the scoring process that it supervises. */
  pids(): number[] {
    const own = this.#process.pid!;
    return [own, ...childrenOf(own)];
  }

  /** In its place where it is gone. */
  restart(): void {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) this.#process = this.#start();
  }

  async stop(): Promise<number | null> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return this.#process.exitCode;
    const exited = new Promise<number | null>((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGTERM');
    return exited;
  }

  #start(): ChildProcess {
    return fork(resolve(import.meta.dirname, 'workerProcess.ts'), this.#args, { execArgv: [] });
  }
}

function childrenOf(pid: number): number[] {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`);
    return tasks.flatMap((task) =>
      readFileSync(join(`/proc/${pid}/task`, task, 'children'), 'utf8')
        .trim()
        .split(' ')
        .filter(Boolean)
        .map(Number),
    );
  } catch {
    return [];
  }
}

/** False where it was gone already: the one before it died with its supervisor. */
function killOneOf(pids: readonly number[]): boolean {
  try {
    return process.kill(pids[Math.floor(Math.random() * pids.length)]!, 'SIGKILL');
  } catch {
    return false;
  }
}

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(25);
}

async function shardsDone(stores: Stores, run: string): Promise<number> {
  const record = (await readRun(stores, PROJECT, run))?.record;
  return record ? (await readProgress(stores, record)).shardsDone : 0;
}

test('twenty random kills while 2,000 images are scored: one outcome an image, the undisturbed metrics', {
  timeout: 240_000,
}, async () => {
  const folder = await temporaryFolder();
  const { stores } = await embedded({ folder, maxReceives: 25 });
  await stores.uploads.put(
    uploadKeys.manifest(PROJECT, BATCH),
    manifest.map((entry) => `${JSON.stringify(entry)}\n`).join(''),
  );
  await forEach(
    Array.from({ length: IMAGES }, (_, i) => i),
    16,
    async (i) => {
      await stores.uploads.put(uploadKeys.image(PROJECT, BATCH, imageKey(i)), content(i));
    },
  );
  const { run } = await commit(stores.uploads, 'c1');
  const gate = join(await temporaryFolder(), 'gate');
  const allow = (shards: number) => writeFile(gate, String(shards));
  await allow(0);
  const workers = [new Worker(folder, gate), new Worker(folder, gate)];
  onTestFinished(async () => void (await Promise.all(workers.map((worker) => worker.stop()))));

  let killed = 0;
  for (; killed < KILLS; killed++) {
    // The next kill comes when some more of the run is done, wherever that leaves the workers. What they may begin stays
    // ahead of that by more shards than kills can have left to be delivered again, and below all of them.
    await allow(Math.min(SHARDS - 1, 12 + 6 * killed));
    const enough = 4 * killed + Math.floor(Math.random() * 6);
    let progress = { done: 0, at: Date.now(), more: 0 };
    await waitFor(async () => {
      // Of one that was killed, the system may say so only now: were both gone, nothing would move.
      for (const worker of workers) worker.restart();
      const done = await shardsDone(stores, run);
      if (done > progress.done) progress = { ...progress, done, at: Date.now() };
      // Kills in quick succession can leave more shards to their leases than that: then all that the workers hold waits
      // for the gate, and who waits for a worker is below it. So it opens further.
      else if (Date.now() - progress.at > 3000) {
        progress = { done, at: Date.now(), more: progress.more + 6 };
        await allow(Math.min(SHARDS - 1, 12 + 6 * killed + progress.more));
      }
      return done >= enough;
    });
    await delay(Math.random() * 20);
    while (!killOneOf(workers.flatMap((worker) => worker.pids()))) await delay(5);
  }
  expect((await readRun(stores, PROJECT, run))?.status).toBe('RUNNING');
  await allow(SHARDS);
  await waitFor(async () => {
    for (const worker of workers) worker.restart();
    return (await readRun(stores, PROJECT, run))?.done != null;
  });
  expect(killed).toBe(KILLS);
  expect(await Promise.all(workers.map((worker) => worker.stop()))).toEqual([0, 0]);

  const record = (await readRun(stores, PROJECT, run))!.record!;
  const keys: string[] = [];
  const codes = new Set<string>();
  for await (const { key } of listAll(stores.results, `${PROJECT}/runs/${run}/predictions/`)) {
    for (const prediction of decodeLines((await stores.results.get(key)).body, predictionSchema, key)) {
      keys.push(prediction.key);
      if (prediction.error) codes.add(prediction.error.code);
    }
  }
  expect(keys).toEqual(Array.from({ length: IMAGES }, (_, i) => imageKey(i)));
  expect([...codes]).toEqual(['NOT_AN_IMAGE']);

  const undisturbed = await world({ images: IMAGES, content, manifest });
  await drain(undisturbed.storage, partsOf(undisturbed.storage));
  const expected = await readMetrics(undisturbed.storage.stores, PROJECT, undisturbed.committed.run, record.truth!);
  expect(await readMetrics(stores, PROJECT, run, record.truth!)).toEqual({ ...expected, run });
});
