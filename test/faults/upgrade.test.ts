/**
 * A folder in which the previous release was scoring a run is taken over: `v1-scoring` was written by it, before keys of
 * summaries told failures by code. Four shards of 16: one settled; one settled by a worker that died before it
 * acknowledged; two not begun.
 */
import { cp } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { resultKeys } from '../../domain/keys.ts';
import { listPredictions, readProgress, readRun } from '../../scoring/read/index.ts';
import { sweep } from '../../scoring/sweep.ts';
import { workOff } from '../hostile/work.ts';
import { PROJECT, partsOf } from '../scoring/world.ts';
import { embedded, temporaryFolder } from '../storage/folders.ts';

const RUN = '7636d4df038075e83a39c736c96938cf';

async function takenOver() {
  const folder = await temporaryFolder();
  await cp(new URL('../storage/embedded/releases/v1-scoring', import.meta.url), folder, { recursive: true });
  const storage = await embedded({ folder });
  const parts = partsOf(storage);
  const { record } = (await readRun(storage.stores, PROJECT, RUN))!;
  const summaries = async () =>
    (await storage.stores.results.list({ prefix: resultKeys.summaries(PROJECT, RUN) })).objects.map(({ key }) =>
      key.slice(resultKeys.summaries(PROJECT, RUN).length),
    );
  return { ...storage, parts, summaries, progress: () => readProgress(storage.stores, record!) };
}

describe('a run that the previous release was scoring', () => {
  test('shows how far it is; the reasons of its failures are not known yet', async () => {
    const { progress, summaries } = await takenOver();
    expect(await summaries()).toEqual(['000000.14.2.json', '000001.15.1.json']);
    expect(await progress()).toMatchObject({ items: 64, shards: 4, shardsDone: 2, scored: 29, failed: 3, errors: {} });
  });

  test('is finished: each image counts once, though a shard was settled by both releases', async () => {
    const { stores, parts, summaries, progress } = await takenOver();
    await workOff(parts);
    expect(await summaries()).toEqual([
      '000000.14.2.json',
      '000001.15.1.NOT_AN_IMAGE-1.json',
      '000001.15.1.json',
      '000002.15.1.NOT_AN_IMAGE-1.json',
      '000003.15.1.EMPTY-1.json',
    ]);
    expect(await progress()).toMatchObject({
      shardsDone: 4,
      scored: 59,
      failed: 5,
      fraction: 1,
      errors: { EMPTY: 1, NOT_AN_IMAGE: 2 },
    });
    const run = await readRun(stores, PROJECT, RUN);
    expect(run?.done).toMatchObject({ scored: 59, failed: 5, errors: { EMPTY: 2, NOT_AN_IMAGE: 3 } });
    const failures = await listPredictions(stores, run!.record!, { first: 10 }, { outcome: 'failed' });
    expect(failures.edges.map(({ node }) => [node.shard, node.line, node.prediction.error?.code])).toEqual([
      ['000000', 3, 'NOT_AN_IMAGE'],
      ['000000', 4, 'EMPTY'],
      ['000001', 4, 'NOT_AN_IMAGE'],
      ['000002', 8, 'NOT_AN_IMAGE'],
      ['000003', 12, 'EMPTY'],
    ]);
  });

  test('has only the shards sent again that neither release settled', async () => {
    const { parts, queues } = await takenOver();
    for (let left = 3; left > 0; ) {
      const messages = await queues.score.receive({ max: 10, waitSeconds: 0, leaseSeconds: 60 });
      for (const { receipt } of messages) await queues.score.acknowledge(receipt);
      left -= messages.length;
    }
    expect(await sweep({ ...parts, now: () => new Date() }, { idleMs: 0 })).toMatchObject({ shardsSent: 2 });
  });
});
