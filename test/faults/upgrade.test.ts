/**
 * Folders in which an earlier release was scoring a run are taken over. `v1-scoring` was written before keys of summaries
 * told failures by code. Four shards of 16: one settled; one settled by a worker that died before it acknowledged; two
 * not begun. `v1-truth` was written when the evaluations of shards were objects of their own.
 */
import { cp } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { resultKeys } from '../../domain/keys.ts';
import { compareRuns } from '../../graphql/compare/compare.ts';
import { listPredictions, readProgress, readRun } from '../../scoring/read/index.ts';
import { sweep } from '../../scoring/sweep.ts';
import { workOff } from '../hostile/work.ts';
import { PROJECT, partsOf } from '../scoring/world.ts';
import { embedded, temporaryFolder } from '../storage/folders.ts';

const RUN = '7636d4df038075e83a39c736c96938cf';

async function opened(release: string) {
  const folder = await temporaryFolder();
  await cp(new URL(`../storage/embedded/releases/${release}`, import.meta.url), folder, { recursive: true });
  return embedded({ folder });
}

async function takenOver() {
  const storage = await opened('v1-scoring');
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

/**
 * Two runs of one batch of 48 with truth. `FINISHED` was finished by that release. Of `HALF`'s three shards one was
 * settled; of one the evaluation was written, and its worker died before the summary; one was not begun.
 */
describe('runs whose ground truth the previous release was comparing them with', () => {
  const FINISHED = 'ac532aef632e212382c1262c7285e123';
  const HALF = '340d4e34d6d1f61f2b7aa5bcb5586cc9';
  const TRUTH = '1a25bc637aaafcfddaa70ac56f90d7377275f6021125592bbf3f81b99806ec6f';

  async function finished() {
    const storage = await opened('v1-truth');
    await workOff(partsOf(storage));
    const { stores } = storage;
    const names = async (prefix: string) =>
      (await stores.results.list({ prefix })).objects.map(({ key }) => key.slice(prefix.length));
    const view = async (run: string) => (await readRun(stores, PROJECT, run))!;
    return { stores, names, view };
  }

  test('are finished with the metrics and the order that it would have written, to the byte', async () => {
    const { stores, names, view } = await finished();
    expect(await names(resultKeys.evaluationSummaries(PROJECT, HALF, TRUTH))).toEqual(['000000.json', '000001.json']);
    expect((await view(HALF)).done).toMatchObject({ scored: 47, failed: 1, errors: { NOT_AN_IMAGE: 1 } });
    const text = async (key: string) => (await stores.results.get(key)).body.toString();
    for (const key of [
      (run: string) => resultKeys.metrics(PROJECT, run, TRUTH),
      (run: string) => resultKeys.order(PROJECT, run, TRUTH, '000000'),
    ]) {
      expect((await text(key(HALF))).replaceAll(HALF, FINISHED)).toBe(await text(key(FINISHED)));
    }
    expect(JSON.parse(await text(resultKeys.metrics(PROJECT, HALF, TRUTH))).metrics).toMatchObject({
      n: 47,
      missed: 1,
    });
  });

  test('are compared face by face, whichever release evaluated a shard', async () => {
    const { stores, view } = await finished();
    const runs = [
      { view: await view(FINISHED), truth: TRUTH },
      { view: await view(HALF), truth: TRUTH },
    ];
    const [comparison] = await compareRuns(stores.results, runs);
    expect(comparison).toMatchObject({ pairs: 48, better: 0, worse: 0, newlyMissed: 0, newlyFound: 0 });
    expect(comparison!.difference).toMatchObject({ n: 47, mean: 0 });
  });
});
