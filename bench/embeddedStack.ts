/** A whole embedded stack for measurements: its processes on a folder of their own, batches written past the API. */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type RunningStack, startStack } from '../cli/stack.ts';
import { uploadKeys } from '../domain/keys.ts';
import { type Prediction, predictionSchema } from '../domain/records.ts';
import { forEach } from '../scoring/concurrently.ts';
import { decodeLines } from '../scoring/jsonl.ts';
import { listAll } from '../scoring/objects.ts';
import { readMetrics, readRun } from '../scoring/read/index.ts';
import { runIdOf } from '../scoring/runId.ts';
import { type Embedded, openEmbedded } from '../storage/embedded/index.ts';
import { syntheticPhoto } from '../training/synthetic/writeSyntheticSet.ts';

export const PROJECT = 'default';

export interface BenchStack {
  readonly stack: RunningStack;
  readonly storage: Embedded;
  readonly log: string[];
  stop(): Promise<void>;
}

export async function startBenchStack(scorers: number): Promise<BenchStack> {
  const folder = await mkdtemp(join(tmpdir(), 'fiducial-bench-'));
  const log: string[] = [];
  const stack = await startStack({
    folder,
    host: '127.0.0.1',
    port: 0,
    scorers,
    trainers: 0,
    onLine: (name, line) => void log.push(`${name}: ${line}`),
    onRestart: (name, reason) => void log.push(`${name} ended: ${reason}`),
  }).catch((error: unknown) => {
    throw new Error(`The stack did not start:\n${log.join('\n')}`, { cause: error });
  });
  const storage = await openEmbedded({ folder });
  const stop = async () => {
    await stack.stop();
    await storage.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { stack, storage, log, stop };
}

/** Rendered, with their truth; every image of a batch is one of them, so that bodies are stored once. */
export function photographs(count: number) {
  return Promise.all(Array.from({ length: count }, (_, i) => syntheticPhoto(i, 1, { layout: 'nose1' })));
}
export type Photograph = Awaited<ReturnType<typeof photographs>>[number];

export const imageKey = (i: number) => `${String(i).padStart(6, '0')}.jpg`;

/** Gives the run. */
export async function commitBatch(
  storage: Pick<Embedded, 'stores'>,
  batch: string,
  images: number,
  photos: readonly Photograph[],
): Promise<string> {
  await uploadBatch(storage, batch, images, photos);
  return commitUploaded(storage, batch);
}

export async function uploadBatch(
  { stores }: Pick<Embedded, 'stores'>,
  batch: string,
  images: number,
  photos: readonly Photograph[],
): Promise<void> {
  const all = Array.from({ length: images }, (_, i) => i);
  await forEach(all, 8, async (i) => {
    await stores.uploads.put(uploadKeys.image(PROJECT, batch, imageKey(i)), photos[i % photos.length]!.bytes);
  });
  const lines = all.map((i) => `${JSON.stringify({ ...photos[i % photos.length]!.entry, key: imageKey(i) })}\n`);
  await stores.uploads.put(uploadKeys.manifest(PROJECT, batch), lines.join(''));
}

/** Each commit of a batch is a run of its own. */
export async function commitUploaded({ stores }: Pick<Embedded, 'stores'>, batch: string, id = 'c1'): Promise<string> {
  const key = uploadKeys.commit(PROJECT, batch, id);
  const body = JSON.stringify({ model: 'nose', errorThreshold: 1, committedAt: new Date().toISOString() });
  await stores.uploads.put(key, body);
  return runIdOf(key, Buffer.from(body));
}

export async function isDone({ stores }: Pick<Embedded, 'stores'>, run: string): Promise<boolean> {
  const view = await readRun(stores, PROJECT, run);
  if (view?.rejection) throw new Error(`The run was rejected: ${view.rejection.message}`);
  return view?.done != null;
}

export async function outcome({ stores }: Pick<Embedded, 'stores'>, run: string) {
  const { record, done } = (await readRun(stores, PROJECT, run))!;
  const predictions: Prediction[] = [];
  for await (const { key } of listAll(stores.results, `${PROJECT}/runs/${run}/predictions/`)) {
    predictions.push(...decodeLines((await stores.results.get(key)).body, predictionSchema, key));
  }
  const metrics = record!.truth ? await readMetrics(stores, PROJECT, run, record!.truth) : null;
  return { done: done!, predictions, metrics: metrics && JSON.stringify(metrics.metrics) };
}

export async function until(
  holds: () => boolean | Promise<boolean>,
  everyMs = 100,
  limitMs = 3_600_000,
): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`Waited ${limitMs / 1000} s in vain: the run hangs`);
    await delay(everyMs);
  }
}

/** Of a process, as the kernel knows them. */
export function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}
