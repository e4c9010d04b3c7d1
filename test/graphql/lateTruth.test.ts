import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { modelKeys, resultKeys, uploadKeys } from '../../domain/keys.ts';
import { registerModel } from '../../training/registry.ts';
import { truthOf } from '../scoring/world.ts';
import { mutate, scoredBatch } from './operations.ts';
import { cardOf, fill, stack } from './stack.ts';

/** A line an image; the predictions are moved by `off` pixels from it, all points alike. */
const lateTruth = (count: number) =>
  Array.from({ length: count }, (_, i) => `${JSON.stringify(truthOf(i))}\n`).join('');

describe('truth that comes later', () => {
  test('gives a finished run its metrics, without scoring again', async () => {
    const s = await stack();
    const { batch, run } = await scoredBatch(s, 20);
    expect(
      (await s.get('query ($id: ID!) { run(id: $id) { metrics { n } evaluations } }', { id: run.id })).run,
    ).toEqual({
      metrics: null,
      evaluations: [],
    });
    const body = lateTruth(20);
    const truth = createHash('sha256').update(body).digest('hex');
    const upload = await s.get(
      `mutation ($input: RenewUploadInput!) { renewUpload(input: $input) { ... on RenewUploadPayload { upload { key keyPrefix } } } }`,
      { input: { batch: `Batch:default:${batch}`, what: 'TRUTH', truth } },
    );
    const { key } = upload.renewUpload.upload;
    expect(await mutate(s, 'addGroundTruth', { run: run.id, truth })).toMatchObject({ code: 'NOT_FOUND' });
    await s.stores.uploads.put(key, `${body} `);
    expect(await mutate(s, 'addGroundTruth', { run: run.id, truth })).toMatchObject({ code: 'INVALID_INPUT' });
    await s.stores.uploads.put(key, body);
    const before = await s.stores.results.list({ prefix: resultKeys.predictions('default', run.run) });
    expect(await mutate(s, 'addGroundTruth', { run: run.id, truth })).toMatchObject({ run: { id: run.id } });
    expect(await mutate(s, 'addGroundTruth', { run: run.id, truth })).toMatchObject({ run: { id: run.id } });
    await s.work();
    const { run: measured } = await s.get(
      'query ($id: ID!, $truth: String) { run(id: $id) { evaluations metrics(truth: $truth) { truth n missed maePx } faceErrors(truth: $truth, first: 3) { edges { node { key prediction { truths(truth: $truth) { group keypoints } } } } } } }',
      { id: run.id, truth },
    );
    expect(measured).toMatchObject({ evaluations: [truth], metrics: { truth, n: 18, missed: 2 } });
    expect(measured.faceErrors.edges).toHaveLength(3);
    for (const { node } of measured.faceErrors.edges) {
      const i = Number(/(\d+)\.jpg$/.exec(node.key)![1]);
      expect(node.prediction.truths).toEqual([{ group: truthOf(i).group, keypoints: truthOf(i).keypoints }]);
    }
    expect(await s.stores.results.list({ prefix: resultKeys.predictions('default', run.run) })).toEqual(before);
  });

  test('that is none says why', async () => {
    const s = await stack();
    const { batch, run } = await scoredBatch(s, 2);
    const body = '{"key": 7}\n';
    const truth = createHash('sha256').update(body).digest('hex');
    await s.stores.uploads.put(uploadKeys.truth('default', batch, truth), body);
    expect(await mutate(s, 'addGroundTruth', { run: run.id, truth })).toMatchObject({ run: { id: run.id } });
    await s.work();
    const query = `query ($id: ID!, $truth: String!) { run(id: $id) { metrics(truth: $truth) { n } evaluationRejection(truth: $truth) { code message } } }`;
    expect((await s.get(query, { id: run.id, truth })).run).toEqual({
      metrics: null,
      evaluationRejection: { code: 'INVALID_MANIFEST', message: expect.stringContaining('line 1') },
    });
  });

  test('has to wait for the run', async () => {
    const s = await stack();
    const made = await s.get(
      'mutation { createBatch(input: {}) { ... on CreateBatchPayload { batch { id batch } } } }',
    );
    await fill(s, made.createBatch.batch.batch, 1);
    const { run } = await mutate(s, 'commitBatch', { batch: made.createBatch.batch.id, model: 'fake' });
    const truth = 'a'.repeat(64);
    expect(await mutate(s, 'addGroundTruth', { run: run.id, truth })).toMatchObject({ code: 'PRECONDITION_FAILED' });
  });
});

test('metrics tell images that the model was trained on from others', async () => {
  const s = await stack();
  const onnx = Buffer.from('a network that was trained here');
  await registerModel(s.stores.models, 'default', { ...cardOf('learnt', onnx), trainingRun: 't1' }, onnx);
  const digest = (i: number) => createHash('sha256').update(`image ${i}`).digest('hex');
  const split = [0, 1, 2].map((i) => ({ image: digest(i), key: '', group: '', part: i === 2 ? 'test' : 'train' }));
  await s.stores.models.put(modelKeys.trainingFile('default', 't1', 'split.json'), JSON.stringify(split));
  const { run } = await scoredBatch(s, 6, truthOf, 'learnt');
  const { run: read } = await s.get(
    'query ($id: ID!) { run(id: $id) { metrics { n seen { n missed maePx } unseen { n missed } } predictions { edges { node { seen } } } } }',
    { id: run.id },
  );
  expect(read.metrics).toEqual({
    n: 6,
    seen: { n: 2, missed: 0, maePx: expect.any(Number) },
    unseen: { n: 4, missed: 0 },
  });
  expect(read.predictions.edges.map(({ node }: { node: { seen: boolean } }) => node.seen)).toEqual([
    ...[true, true],
    ...[false, false, false, false],
  ]);
  const other = await scoredBatch(s, 2, truthOf);
  const query = 'query ($id: ID!) { run(id: $id) { metrics { seen { n } unseen { n } } } }';
  expect((await s.get(query, { id: other.run.id })).run.metrics).toEqual({ seen: null, unseen: null });
});
