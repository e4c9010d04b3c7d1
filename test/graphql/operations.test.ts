import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { modelKeys, resultKeys, uploadKeys } from '../../domain/keys.ts';
import type { ManifestEntry } from '../../domain/records.ts';
import { bootstrapMean } from '../../graphql/compare/bootstrap.ts';
import { registerModel } from '../../training/registry.ts';
import { truthOf } from '../scoring/world.ts';
import { cardOf, fill, imageName, type Stack, stack } from './stack.ts';

const REFUSED = '... on OperationError { code message }';

async function scoredBatch(s: Stack, images: number, truth?: (i: number) => ManifestEntry, model = 'fake') {
  const made = await s.get('mutation { createBatch(input: {}) { ... on CreateBatchPayload { batch { id batch } } } }');
  const { id, batch } = made.createBatch.batch;
  await fill(s, batch, images, truth);
  const data = await s.get(
    `mutation ($batch: ID!, $model: String!) { commitBatch(input: {batch: $batch, model: $model, errorThreshold: 1}) { ... on RunPayload { run { id run } } } }`,
    { batch: id, model },
  );
  await s.work();
  return { id, batch, run: data.commitBatch.run as { id: string; run: string } };
}

async function mutate(s: Stack, field: string, input: object) {
  const type = `${field[0]!.toUpperCase()}${field.slice(1)}Input`;
  const data = await s.get(
    `mutation ($input: ${type}!) { ${field}(input: $input) { ... on RunPayload { run { id run status items model { name version } retryOf { id } } } ${REFUSED} } }`,
    { input },
  );
  return data[field];
}

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

describe('scoring again', () => {
  test('redrive copies what was scored and scores what failed', async () => {
    const s = await stack();
    const { batch, run } = await scoredBatch(s, 14);
    await s.stores.uploads.put(uploadKeys.image('default', batch, imageName(6)), 'repaired');
    const redriven = await mutate(s, 'redriveRun', { run: run.id });
    await s.work();
    const { run: seen } = await s.get(
      'query ($id: ID!) { run(id: $id) { status scored failed retryOf { id } model { name } batch { id } } }',
      { id: redriven.run.id },
    );
    expect(seen).toMatchObject({
      status: 'DONE',
      scored: 13,
      failed: 1,
      retryOf: { id: run.id },
      model: { name: 'fake' },
    });
  });

  test('redrive of a run without failures is refused', async () => {
    const s = await stack();
    const { run } = await scoredBatch(s, 5);
    expect(await mutate(s, 'redriveRun', { run: run.id })).toMatchObject({ code: 'PRECONDITION_FAILED' });
  });

  test('rerun scores the same batch with another model, and the first run stays', async () => {
    const s = await stack();
    const { id, run } = await scoredBatch(s, 5);
    const again = await mutate(s, 'rerun', { run: run.id, model: 'other', crop: 'WHOLE' });
    await s.work();
    const data = await s.get(
      'query ($batch: ID!) { runs(batch: $batch) { edges { node { id status model { name } crop } } } byModel: runs(model: "Model:default:other") { edges { node { id } } } }',
      { batch: id },
    );
    expect(data.runs.edges.map(({ node }: { node: object }) => node)).toEqual([
      { id: again.run.id, status: 'DONE', model: { name: 'other' }, crop: 'WHOLE' },
      { id: run.id, status: 'DONE', model: { name: 'fake' }, crop: 'WHOLE' },
    ]);
    expect(data.byModel.edges).toEqual([{ node: { id: again.run.id } }]);
  });
});

describe('comparing runs', () => {
  const COMPARE = `query ($runs: [ID!]!) { compareRuns(runs: $runs) {
    baseline { id } run { id } measure pairs complete better worse newlyMissed newlyFound
    difference { n mean low high }
    improved(first: 3) { key difference baselineNme runNme baselinePrediction { key } runPrediction { key } }
    worsened(first: 3) { key difference } } }`;

  test('pairs faces and says by how much each got better or worse', async () => {
    const s = await stack();
    const { batch, run } = await scoredBatch(s, 30, truthOf);
    // The model answers by the bytes: other bytes, other errors. Image 6 was none; image 7 is none now.
    for (let i = 0; i < 10; i++) {
      await s.stores.uploads.put(uploadKeys.image('default', batch, imageName(i)), i === 7 ? 'bad' : `other ${i}`);
    }
    const again = await mutate(s, 'rerun', { run: run.id });
    await s.work();
    const { compareRuns } = await s.get(COMPARE, { runs: [run.id, again.run.id] });
    const [comparison] = compareRuns;
    expect(comparison).toMatchObject({
      baseline: { id: run.id },
      run: { id: again.run.id },
      measure: 'NME',
      pairs: 30,
      complete: true,
      newlyMissed: 1,
      newlyFound: 1,
    });
    // Of 30: 6, 13, 20, 27 were no images; 7 no more.
    expect(comparison.difference.n).toBe(25);
    expect(comparison.better + comparison.worse).toBe(8);
    const { low, mean, high } = comparison.difference;
    expect(low).toBeLessThanOrEqual(mean);
    expect(high).toBeGreaterThanOrEqual(mean);
    for (const change of comparison.improved) {
      expect(change.difference).toBeCloseTo(change.runNme - change.baselineNme, 12);
      expect(change.difference).toBeLessThan(0);
      expect(change.baselinePrediction.key).toBe(change.key);
    }
    const same = await s.get(COMPARE, { runs: [run.id, run.id] });
    expect(same.compareRuns[0]).toMatchObject({ better: 0, worse: 0, difference: { mean: 0, low: 0, high: 0 } });
  });

  test.each([1, 9])('%i runs are refused', async (count) => {
    const s = await stack();
    const { run } = await scoredBatch(s, 2, truthOf);
    const { errors } = await s.ask(COMPARE, { runs: Array(count).fill(run.id) });
    expect(errors?.[0]?.extensions?.code).toBe('INVALID_INPUT');
  });

  test('runs without truth are refused', async () => {
    const s = await stack();
    const { run } = await scoredBatch(s, 2);
    const { errors } = await s.ask(COMPARE, { runs: [run.id, run.id] });
    expect(errors?.[0]?.extensions?.code).toBe('PRECONDITION_FAILED');
  });

  test('the bootstrap interval holds the true mean about as often as it says', () => {
    let state = 1;
    const random = () => {
      state = (state * 48271) % 2147483647;
      return state / 2147483647;
    };
    const normal = () => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
    let held = 0;
    for (let trial = 0; trial < 200; trial++) {
      const interval = bootstrapMean(
        Array.from({ length: 40 }, () => 0.3 + normal()),
        300,
      )!;
      if (interval.low <= 0.3 && interval.high >= 0.3) held++;
    }
    expect(held / 200).toBeGreaterThan(0.88);
    expect(held / 200).toBeLessThan(0.99);
    expect(bootstrapMean([])).toBeNull();
    expect(bootstrapMean([2, 2, 2])).toEqual({ n: 3, mean: 2, low: 2, high: 2 });
  });
});

describe('stopping and deleting', () => {
  test('a cancelled run stays, with what was scored', async () => {
    const s = await stack();
    const made = await s.get(
      'mutation { createBatch(input: {}) { ... on CreateBatchPayload { batch { id batch } } } }',
    );
    await fill(s, made.createBatch.batch.batch, 40);
    const { run } = await mutate(s, 'commitBatch', { batch: made.createBatch.batch.id, model: 'fake' });
    const cancel = () =>
      s.get(`mutation ($id: ID!) { cancelRun(id: $id) { ... on RunPayload { run { status } } ${REFUSED} } }`, {
        id: run.id,
      });
    await cancel();
    await s.work();
    const { cancelRun } = await cancel();
    expect(cancelRun.run.status).toBe('CANCELLED');
    const { run: seen } = await s.get('query ($id: ID!) { run(id: $id) { status cancelledAt } }', { id: run.id });
    expect(seen.status).toBe('CANCELLED');
    expect(seen.cancelledAt).toBeTruthy();
  });

  test('a deleted run is in no list, and nothing of it stays', async () => {
    const s = await stack();
    const { id, run } = await scoredBatch(s, 5, truthOf);
    const remove = () =>
      s.get('mutation ($id: ID!) { deleteRun(id: $id) { ... on DeletePayload { id } } }', { id: run.id });
    await remove();
    const data = await s.get('query ($id: ID!) { run(id: $id) { id } runs { edges { cursor } } }', { id: run.id });
    expect(data).toEqual({ run: null, runs: { edges: [] } });
    await remove();
    await s.work();
    expect((await s.stores.results.list({ prefix: resultKeys.run('default', run.run) })).objects).toEqual([]);
    expect((await s.get('query ($id: ID!) { batch(id: $id) { id } }', { id })).batch).toEqual({ id });
  });

  test('a deleted batch takes its images and runs with it', async () => {
    const s = await stack();
    const { id, batch } = await scoredBatch(s, 5);
    await s.get('mutation ($id: ID!) { deleteBatch(id: $id) { ... on DeletePayload { id } } }', { id });
    await s.work();
    const data = await s.get(
      'query ($id: ID!) { batch(id: $id) { id } batches { edges { cursor } } runs { edges { cursor } } }',
      { id },
    );
    expect(data).toEqual({ batch: null, batches: { edges: [] }, runs: { edges: [] } });
    expect((await s.stores.uploads.list({ prefix: uploadKeys.batch('default', batch) })).objects).toEqual([]);
    expect(await mutate(s, 'commitBatch', { batch: id, model: 'fake' })).toMatchObject({ code: 'NOT_FOUND' });
    const renew = await s.get(
      `mutation ($batch: ID!) { renewUpload(input: {batch: $batch}) { __typename ${REFUSED} } }`,
      { batch: id },
    );
    expect(renew.renewUpload).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('training', () => {
  const START = `mutation ($input: StartTrainingInput!) { startTraining(input: $input) {
    ... on TrainingPayload { training { id status phase overrides startedBy } } ${REFUSED} } }`;

  test('is started, listed, stopped and resumed', async () => {
    const s = await stack();
    const input = { recipe: 'nose', overrides: { 'optimiser.learningRate': 0.01 }, idempotencyKey: 'k' };
    const { startTraining } = await s.get(START, { input });
    expect(startTraining.training).toMatchObject({
      status: 'QUEUED',
      phase: 'WAITING',
      overrides: input.overrides,
      startedBy: 'local',
    });
    expect((await s.get(START, { input })).startTraining).toEqual(startTraining);
    const { id } = startTraining.training;
    const { trainings } = await s.get(
      '{ trainings { edges { node { id recipe epochs { edges { cursor } } figures { name } } } } }',
    );
    expect(trainings.edges).toEqual([{ node: { id, recipe: 'nose', epochs: { edges: [] }, figures: [] } }]);
    const stop = await s.get(
      'mutation ($id: ID!) { cancelTraining(id: $id) { ... on TrainingPayload { training { status phase resumable } } } }',
      { id },
    );
    expect(stop.cancelTraining.training).toEqual({ status: 'CANCELLED', phase: null, resumable: true });
    const resume = await s.get(
      'mutation ($id: ID!) { resumeTraining(id: $id) { ... on TrainingPayload { training { status resumable } } } }',
      { id },
    );
    expect(resume.resumeTraining.training).toEqual({ status: 'QUEUED', resumable: false });
  });

  test('tells what its held-out errors are of once it has begun: val where the split has one', async () => {
    const s = await stack();
    const begun = {
      recipe: {},
      backend: 'wasm',
      codeVersion: 'test',
      data: [],
      epochs: 2,
      startedAt: '2026-01-01T00:00:00.000Z',
    };
    for (const [recipe, val] of [
      ['nose', 0],
      ['face68', 12],
    ] as const) {
      const { startTraining } = await s.get(START, { input: { recipe } });
      const { id } = startTraining.training;
      const heldOut = async () =>
        (await s.get('query ($id: ID!) { training(id: $id) { heldOut } }', { id })).training.heldOut;
      expect(await heldOut()).toBeNull();
      const training = String(id.split(':')[2]);
      const started = { ...begun, training, faces: { train: 80, val, test: 10 } };
      await s.stores.models.put(modelKeys.trainingStarted('default', training), JSON.stringify(started));
      expect(await heldOut()).toBe(val > 0 ? 'VAL' : 'TEST');
    }
  });

  test('with what no recipe has is refused', async () => {
    const s = await stack();
    for (const input of [
      { recipe: 'none' },
      { recipe: 'nose', overrides: { 'a.b': 1 } },
      { recipe: 'nose', overrides: [1] },
    ]) {
      expect((await s.get(START, { input })).startTraining).toMatchObject({ code: 'INVALID_INPUT' });
    }
  });

  test('recipes tell their fields, and a sweep tries a grid of them', async () => {
    const s = await stack();
    const { recipes } = await s.get('{ recipes { name value schema } }');
    const nose = recipes.find(({ name }: { name: string }) => name === 'nose');
    expect(nose.value.epochs).toBeGreaterThan(0);
    expect(nose.schema.properties).toHaveProperty('optimiser');
    const data = await s.get(
      `mutation ($input: StartSweepInput!) { startSweep(input: $input) { ... on SweepPayload { sweep { id grid trainings { overrides training { status } } } } ${REFUSED} } }`,
      { input: { recipe: 'nose', grid: { 'architecture.kernel': [3, 5, 7] } } },
    );
    expect(data.startSweep.sweep.trainings).toEqual(
      [3, 5, 7].map((kernel) => ({ overrides: { 'architecture.kernel': kernel }, training: { status: 'QUEUED' } })),
    );
    const { sweeps } = await s.get('{ sweeps { edges { node { id recipe } } } }');
    expect(sweeps.edges).toEqual([{ node: { id: data.startSweep.sweep.id, recipe: 'nose' } }]);
  });
});

test('a model is shown with its card, and promoting moves its alias and back', async () => {
  const s = await stack();
  const { registerModel } = await import('../../training/registry.ts');
  const { cardOf } = await import('./stack.ts');
  const onnx = Buffer.from('a second network');
  await registerModel(s.stores.models, 'default', cardOf('own', onnx, 'v2'), onnx);
  const show = async () =>
    (
      await s.get(
        '{ node(id: "Model:default:own") { ... on Model { promoted versions { edges { node { version licenceNote } } } } } }',
      )
    ).node;
  expect((await show()).versions.edges.map(({ node }: { node: { version: string } }) => node.version).sort()).toEqual([
    'v1',
    'v2',
  ]);
  const promote = async (version: string, expected?: string) =>
    (
      await s.get(
        `mutation ($input: PromoteModelInput!) { promoteModel(input: $input) { ... on PromoteModelPayload { previous version { version } } ${REFUSED} } }`,
        { input: { version: `ModelVersion:default:own:${version}`, expected } },
      )
    ).promoteModel;
  expect(await promote('v1')).toEqual({ previous: null, version: { version: 'v1' } });
  expect(await promote('v2', 'v1')).toEqual({ previous: 'v1', version: { version: 'v2' } });
  expect(await promote('v1', 'v1')).toMatchObject({ code: 'PRECONDITION_FAILED' });
  expect(await promote('v9')).toMatchObject({ code: 'UNKNOWN_MODEL' });
  expect((await show()).promoted).toBe('v2');
});
