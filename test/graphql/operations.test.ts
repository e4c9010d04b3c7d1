import { describe, expect, test } from 'vitest';
import { resultKeys, uploadKeys } from '../../domain/keys.ts';
import { truthOf } from '../scoring/world.ts';
import { mutate, REFUSED, scoredBatch } from './operations.ts';
import { fill, imageName, stack } from './stack.ts';

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
