import { describe, expect, test } from 'vitest';
import { resultKeys, uploadKeys } from '../../domain/keys.ts';
import { sha256Of } from '../../inference/digest.ts';
import { compareWithTruth } from '../../scoring/groundTruth.ts';
import {
  listEvaluations,
  listPredictions,
  listRuns,
  listWorst,
  listWorstPredictions,
  readMetrics,
  readProgress,
  readRun,
} from '../../scoring/read/index.ts';
import { BATCH, commit, drain, imageKey, ledger, PROJECT, partsOf, truthOf, world } from './world.ts';

describe('a committed batch', () => {
  test('gets one outcome for each image, in plan order, with bad ones named', async () => {
    const { storage, committed } = await world({
      images: 100,
      content: (i) => (i % 10 === 3 ? `bad ${i}` : `image ${i}`),
    });
    await drain(storage, partsOf(storage));
    const run = await readRun(storage.stores, PROJECT, committed.run);
    expect(run).toMatchObject({
      status: 'FAILED',
      batch: BATCH,
      commit: 'c1',
      done: { items: 100, scored: 90, failed: 10 },
    });
    expect(run?.done?.errors).toEqual({ NOT_AN_IMAGE: 10 });
    const keys: string[] = [];
    let after: string | null = null;
    do {
      const page = await listPredictions(storage.stores, run!.record!, { first: 37, after });
      keys.push(...page.edges.map(({ node }) => node.prediction.key));
      after = page.hasNextPage ? page.endCursor : null;
    } while (after);
    expect(keys).toEqual(Array.from({ length: 100 }, (_, i) => imageKey(i)));
  });

  test('has a status at every stage, and an entry in the list of runs from the start', async () => {
    const { storage, committed } = await world({ images: 40 });
    const parts = partsOf(storage);
    expect(await readRun(storage.stores, PROJECT, committed.run)).toBeNull();
    const stopped = { ...parts, models: { ...parts.models, resolve: () => Promise.reject(new Error('down')) } };
    await expect(drain(storage, stopped)).rejects.toThrow('down');
    expect(await readRun(storage.stores, PROJECT, committed.run)).toMatchObject({ status: 'PLANNING', batch: BATCH });
    storage.queues.plan.expireAll();
    const { handlePlanMessage } = await import('../../scoring/plan.ts');
    await handlePlanMessage(parts, committed.event);
    const running = await readRun(storage.stores, PROJECT, committed.run);
    expect(running).toMatchObject({ status: 'RUNNING', record: { items: 40, shards: 3, shardSize: 16 } });
    await drain(storage, parts);
    expect(await readRun(storage.stores, PROJECT, committed.run)).toMatchObject({ status: 'DONE' });
    for (const by of [{}, { batch: BATCH }, { model: 'fake' }]) {
      const { edges } = await listRuns(storage.stores, { project: PROJECT, first: 10, ...by });
      expect(edges.map(({ node }) => node.run)).toEqual([committed.run]);
    }
    expect(await readProgress(storage.stores, running!.record!)).toMatchObject({
      fraction: 1,
      shardsDone: 3,
      secondsLeft: 0,
    });
    expect(Object.keys(ledger(storage)).filter((key) => key.includes('/open/'))).toEqual([]);
  });

  test('with ground truth has metrics, and faces worst first', async () => {
    const { storage, committed } = await world({
      manifest: Array.from({ length: 60 }, (_, i) => truthOf(i)),
      images: 60,
      content: (i) => (i === 7 ? 'bad' : `image ${i}`),
    });
    const parts = partsOf(storage);
    const { handlePlanMessage } = await import('../../scoring/plan.ts');
    await handlePlanMessage(parts, committed.event);
    const run = await readRun(storage.stores, PROJECT, committed.run);
    const truth = run!.record!.truth!;
    const compared = () => listEvaluations(storage.stores, PROJECT, committed.run, truth);
    expect(await compared()).toEqual([truth]);
    await drain(storage, parts);
    expect(await compared()).toEqual([truth]);
    const metrics = await readMetrics(storage.stores, PROJECT, committed.run, truth);
    expect(metrics?.metrics).toMatchObject({ n: 59, missed: 1, layout: 'ibug68' });
    expect(metrics?.metrics.groups.map(({ group }) => group)).toEqual(['person 0', 'person 1', 'person 2', 'person 3']);
    const worst = await listWorst(storage.stores, { project: PROJECT, run: committed.run, truth, first: 60 });
    expect(worst.edges[0]?.node).toMatchObject({ key: imageKey(7), face: null, maePx: null });
    const errors = worst.edges.slice(1).map(({ node }) => node.nme!);
    expect(errors).toHaveLength(59);
    expect(errors).toEqual([...errors].sort((a, b) => b - a));
    const opened = await listWorstPredictions(storage.stores, {
      project: PROJECT,
      run: committed.run,
      truth,
      first: 5,
    });
    for (const { node } of opened.edges) {
      expect(node.prediction.key).toBe(node.key);
      if (node.face !== null) expect(node.prediction.faces[node.face]?.maePx).toBe(node.maePx);
    }
  });

  test('has its metrics apart for images that the model was trained on, told by their bytes', async () => {
    const content = (i: number) => (i === 7 ? 'bad' : `image ${i}`);
    const { storage, committed } = await world({
      manifest: Array.from({ length: 60 }, (_, i) => truthOf(i)),
      images: 60,
      content,
    });
    const trainedOn = new Set(Array.from({ length: 20 }, (_, i) => sha256Of(Buffer.from(content(i)))));
    const parts = partsOf(storage);
    const resolve: typeof parts.models.resolve = async (project, reference) => ({
      ...(await parts.models.resolve(project, reference)),
      imagesSeen: async () => trainedOn,
    });
    await drain(storage, { ...parts, models: { ...parts.models, resolve } });
    const record = (await readRun(storage.stores, PROJECT, committed.run))!.record!;
    expect(record.imagesSeen).toBe(20);
    const { metrics } = (await readMetrics(storage.stores, PROJECT, committed.run, record.truth!))!;
    expect(metrics.seen).toMatchObject({ n: 19, missed: 1 });
    expect(metrics.unseen).toMatchObject({ n: 40, missed: 0 });
    const { edges } = await listPredictions(storage.stores, record, { first: 60 });
    const mean = (errors: number[]) => errors.reduce((sum, error) => sum + error, 0) / errors.length;
    for (const seen of [true, false]) {
      const faces = edges
        .filter(({ node }) => node.prediction.seen === seen)
        .flatMap(({ node }) => node.prediction.faces);
      const part = seen ? metrics.seen : metrics.unseen;
      expect(part?.maePx).toBeCloseTo(mean(faces.map(({ maePx }) => maePx!)), 5);
    }
    const later = Array.from({ length: 30 }, (_, i) => `${JSON.stringify(truthOf(i))}\n`).join('');
    const truth = sha256Of(Buffer.from(later));
    await storage.stores.uploads.put(uploadKeys.truth(PROJECT, BATCH, truth), later);
    await compareWithTruth(parts, { project: PROJECT, batch: BATCH, truth });
    await drain(storage, parts);
    expect((await readMetrics(storage.stores, PROJECT, committed.run, truth))?.metrics).toMatchObject({
      seen: { n: 19, missed: 1 },
      unseen: { n: 10, missed: 0 },
    });
  });

  test('without images, or with a model nobody knows, or not JSON, is rejected and says why', async () => {
    for (const [more, code] of [
      [{}, 'NO_IMAGES'],
      [{ images: 1, commit: { model: 'nobody' } }, 'UNKNOWN_MODEL'],
      [{ images: 1, commit: { model: 'not a reference!' } }, 'INVALID_COMMIT'],
      [{ images: 1, commit: { committedAt: '2027-11-24T11:00:00.000Z' } }, 'INVALID_COMMIT'],
      [{ images: 1, commit: { retryOf: 'no-such-run' } }, 'INVALID_COMMIT'],
      [{ images: 1, manifest: [{ key: '' }] }, 'INVALID_MANIFEST'],
    ] as const) {
      const { storage, committed } = await world(more);
      await drain(storage, partsOf(storage));
      const run = await readRun(storage.stores, PROJECT, committed.run);
      expect(run).toMatchObject({ status: 'REJECTED', rejection: { code } });
      expect(storage.queues.score.visible).toEqual([]);
      expect(storage.stores.results.objects.has(resultKeys.openRun(PROJECT, committed.run))).toBe(false);
    }
  });

  test('gives MISSING, EMPTY and CHANGED where the objects are not what was planned', async () => {
    const manifest = [0, 1, 2, 3].map((i) => ({ key: imageKey(i) }));
    const { storage, committed } = await world({ images: 3, manifest, content: (i) => (i === 1 ? '' : `image ${i}`) });
    const parts = partsOf(storage);
    const { handlePlanMessage } = await import('../../scoring/plan.ts');
    await handlePlanMessage(parts, committed.event);
    await storage.stores.uploads.put(uploadKeys.image(PROJECT, BATCH, imageKey(2)), 'replaced');
    await drain(storage, parts);
    const run = await readRun(storage.stores, PROJECT, committed.run);
    expect(run?.done).toMatchObject({
      scored: 1,
      failed: 3,
      errors: { CHANGED: 1, EMPTY: 1, MISSING: 1 },
      aboveThreshold: true,
    });
    const failed = await listPredictions(storage.stores, run!.record!, { first: 2 }, { outcome: 'failed' });
    expect(failed.edges.map(({ node }) => node.prediction.error?.code)).toEqual(['EMPTY', 'CHANGED']);
    const rest = await listPredictions(
      storage.stores,
      run!.record!,
      { first: 2, after: failed.endCursor },
      { outcome: 'failed' },
    );
    expect(rest).toMatchObject({
      hasNextPage: false,
      edges: [{ node: { prediction: { error: { code: 'MISSING' } } } }],
    });
  });

  test('scored again with retryOf copies what was scored and scores only what failed', async () => {
    const { storage, committed } = await world({
      images: 50,
      content: (i) => (i % 5 === 0 ? `bad ${i}` : `image ${i}`),
    });
    const scored: string[] = [];
    const parts = partsOf(storage);
    await drain(storage, parts);
    await storage.stores.uploads.put(uploadKeys.image(PROJECT, BATCH, imageKey(10)), 'now good');
    const again = await commit(storage.stores.uploads, 'c2', { retryOf: committed.run });
    await storage.queues.plan.send(again.event);
    const watched: typeof parts.scorer = {
      score: (model, items, options) =>
        parts.scorer.score(
          model,
          (async function* () {
            for await (const item of items) {
              scored.push(item.item.key);
              yield item;
            }
          })(),
          options,
        ),
    };
    await drain(storage, { ...parts, scorer: watched });
    expect(scored.sort()).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40, 45].map(imageKey));
    const run = await readRun(storage.stores, PROJECT, again.run);
    expect(run?.done).toMatchObject({ items: 50, scored: 41, failed: 9 });
  });
});
