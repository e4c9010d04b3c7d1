import { describe, expect, test } from 'vitest';
import { modelKeys } from '../../domain/keys.ts';
import { REFUSED } from './operations.ts';
import { stack } from './stack.ts';

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
