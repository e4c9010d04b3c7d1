/**
 * Objects in a bucket to predictions in a bucket: the planner's and the scorer's loops over the embedded store, with the
 * scoring processes that `fiducial up` starts, from a commit to the run's last record.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createChildScorer, modelSources } from '../../cli/childScorer.ts';
import { resultKeys, uploadKeys } from '../../domain/keys.ts';
import type { CropRule } from '../../domain/records.ts';
import { ModelCatalog } from '../../inference/catalog.ts';
import { forEach } from '../../scoring/concurrently.ts';
import { modelResolver } from '../../scoring/models.ts';
import { SILENT } from '../../scoring/ports.ts';
import { readRun } from '../../scoring/read/index.ts';
import { runIdOf } from '../../scoring/runId.ts';
import { RunRecords } from '../../scoring/runRecords.ts';
import { runPlanner, runScorer } from '../../scoring/worker/loop.ts';
import { openEmbedded } from '../../storage/embedded/index.ts';
import { imageKey, PROJECT } from '../embeddedStack.ts';
import { BOX } from './images.ts';

const BATCH = 'bench';

export interface BucketRuns {
  /** Scores the batch. Gives the processor time of worker and scoring processes, milliseconds. */
  run(): Promise<number>;
  /** Images of the batch. */
  readonly images: number;
  close(): Promise<void>;
}

/** `models` is a folder of packages by name. */
export async function openBucket(
  folder: string,
  models: string,
  model: string,
  crop: CropRule,
  files: readonly Buffer[],
  images: number,
): Promise<BucketRuns> {
  const storage = await openEmbedded({ folder });
  const { stores, queues } = storage;
  const keys = Array.from({ length: images }, (_, i) => imageKey(i));
  await forEach([...keys.entries()], 8, async ([i, key]) => {
    await stores.uploads.put(uploadKeys.image(PROJECT, BATCH, key), files[i % files.length]!);
  });
  const lines = keys.map((key) => `${JSON.stringify({ key, box: BOX })}\n`);
  await stores.uploads.put(uploadKeys.manifest(PROJECT, BATCH), lines.join(''));

  const catalog = new ModelCatalog({ store: stores.models, shipped: models, cache: join(folder, 'cache') });
  const scorer = createChildScorer(catalog);
  const stop = new AbortController();
  let attempts = 0;
  const parts = {
    ...{ stores, queues, scorer, log: SILENT, now: () => new Date(), runs: new RunRecords(stores.results) },
    ...{ models: modelResolver(modelSources(catalog)), codeVersion: 'bench', newAttempt: () => `a${attempts++}` },
  };
  const loops = Promise.all([runPlanner(parts, { signal: stop.signal }), runScorer(parts, { signal: stop.signal })]);
  let commits = 0;

  async function run(): Promise<number> {
    const before = cpuMs(scorer.pids);
    const key = uploadKeys.commit(PROJECT, BATCH, `c${commits++}`);
    const body = JSON.stringify({ model, crop, errorThreshold: 1, committedAt: new Date().toISOString() });
    await stores.uploads.put(key, body);
    const id = runIdOf(key, Buffer.from(body));
    // One HEAD each time: what is measured is the run, not whoever waits for it.
    while (!(await stores.results.head(resultKeys.done(PROJECT, id)))) {
      await delay(10);
      if (await stores.results.head(resultKeys.rejected(PROJECT, id))) throw new Error(`${id} was rejected`);
    }
    const cost = cpuMs(scorer.pids) - before;
    const view = await readRun(stores, PROJECT, id);
    if (view?.done?.failed) throw new Error(`${view.done.failed} images failed: ${JSON.stringify(view.done.errors)}`);
    return cost;
  }

  return {
    run,
    images,
    close: async () => {
      stop.abort();
      await loops;
      await scorer.close();
      await storage.close();
    },
  };
}

/** Of this process and those, as the kernel counts it (hundredths of a second). */
function cpuMs(pids: readonly number[]): number {
  const { user, system } = process.cpuUsage();
  return pids.reduce((sum, pid) => sum + ticksOf(pid) * 10, (user + system) / 1000);
}

function ticksOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
