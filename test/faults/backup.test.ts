/** A backup that is taken while a run is scored is a folder in which the run can be finished. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { uploadKeys } from '../../domain/keys.ts';
import { scoreMessageSchema } from '../../domain/records.ts';
import { handlePlanMessage } from '../../scoring/plan.ts';
import { readMetrics, readRun } from '../../scoring/read/index.ts';
import { scoreShard } from '../../scoring/scoreShard.ts';
import { workOff } from '../hostile/work.ts';
import { BATCH, commit, PROJECT, partsOf, truthOf, upload } from '../scoring/world.ts';
import { embedded, temporaryFolder } from '../storage/folders.ts';

const IMAGES = 64;

test('a backup taken while shards are scored opens clean, and comes to the same metrics', {
  timeout: 120_000,
}, async () => {
  const storage = await embedded();
  const { uploads } = storage.stores;
  await upload(uploads, IMAGES, (i) => (i === 9 ? 'bad' : `image ${i}`));
  const lines = Array.from({ length: IMAGES }, (_, i) => `${JSON.stringify(truthOf(i))}\n`);
  await uploads.put(uploadKeys.manifest(PROJECT, BATCH), lines.join(''));
  const { run, event } = await commit(uploads, 'c1');
  const parts = partsOf(storage);
  await handlePlanMessage(parts, event);
  const [first, ...others] = await storage.queues.score.receive({ max: 4, waitSeconds: 0, leaseSeconds: 300 });
  const score = (body: string) =>
    scoreShard(parts, scoreMessageSchema.parse(JSON.parse(body)), { signal: new AbortController().signal });
  await score(first!.body);
  const to = join(await temporaryFolder(), 'backup');
  await Promise.all([storage.backup(to), ...others.map(({ body }) => score(body))]);

  const copy = await embedded({ folder: to });
  const copied = partsOf(copy);
  const before = await readRun(copy.stores, PROJECT, run);
  expect(before?.record?.items).toBe(IMAGES);
  // Messages that were being worked on are leased in the copy too: the planner sends what has no summary.
  await handlePlanMessage(copied, event);
  await workOff(copied);
  const [original, finished] = await Promise.all(
    [storage, copy].map(async ({ stores }) => {
      const view = (await readRun(stores, PROJECT, run))!;
      return { done: view.done, metrics: await readMetrics(stores, PROJECT, run, view.record!.truth!) };
    }),
  );
  expect(finished).toEqual(original);
  expect(finished?.done).toMatchObject({ scored: IMAGES - 1, failed: 1 });
});
