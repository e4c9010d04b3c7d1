/**
 * A training job on LocalStack whose trainer is killed: one model comes of it, the one that undisturbed training makes.
 * test/faults/training.test.ts kills at every call of the storage, within one process.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { modelKeys } from '../../domain/keys.ts';
import { enqueueTraining, readEpochs, readTraining } from '../../training/ledger/index.ts';
import { localStack } from '../localStack.ts';
import { PROJECT } from '../scoring/world.ts';
import { NEVER_DEAD, PATIENCE, WAIT } from './scene.ts';
import { type LocalStackStorage, localStackStorage } from './storage.ts';
import { Worker } from './worker.ts';

vi.setConfig(PATIENCE);
/** Longer than the lease of a trainer. */
const AHEAD_MS = 200_000;
const EPOCHS = 3;
/** A network of a few hundred weights, and eight rendered faces. */
const overrides = {
  'synthetic.count': 8,
  'split.test': 0.5,
  'architecture.channels': [2, 3, 4],
  'input.width': 32,
  'input.height': 24,
  epochs: EPOCHS,
};

const config = await localStack();
describe.skipIf(config === null)('on LocalStack', () => {
  if (!config) return;
  let storage: LocalStackStorage;
  beforeAll(async () => {
    storage = await localStackStorage(config, NEVER_DEAD);
  });
  afterAll(async () => {
    await storage?.close();
  });

  const enqueue = (unique: string) =>
    enqueueTraining(
      { ...storage, now: () => new Date() },
      { project: PROJECT, recipe: 'nose', overrides, backend: 'wasm', model: unique, startedBy: 'tests', unique },
    );
  const finished = (training: string) =>
    vi.waitUntil(async () => (await readTraining(storage.stores, PROJECT, training))?.done, WAIT);

  /** What was measured after each epoch, to the bit. */
  const curves = async (training: string) => {
    const { epochs } = await readEpochs(storage.stores, PROJECT, training, 10);
    return epochs.map(({ epoch, train, test }) => ({ epoch, train, test }));
  };

  test('a trainer that is killed with signal 9 after an epoch costs no epoch and no model', async () => {
    const { training } = await enqueue('killed');
    const hangAt = { target: 'models', method: 'put', subject: '/epochs/', moment: 'after' as const };
    const doomed = new Worker(storage.environment, { role: 'trainer', hangAt });
    const last = new Worker(storage.environment, { role: 'trainer', clockAheadMs: AHEAD_MS });
    await doomed.go().hung;
    await doomed.kill();
    const undisturbed = await enqueue('undisturbed');
    last.go();
    const done = await finished(training);
    const expected = await finished(undisturbed.training);
    await last.stop();
    expect(done).toMatchObject({ error: null, outcome: 'finished', epochs: EPOCHS });
    expect({ train: done!.train, test: done!.test }).toEqual({ train: expected!.train, test: expected!.test });
    expect(await curves(training)).toEqual(await curves(undisturbed.training));
    expect(await curves(training)).toHaveLength(EPOCHS);
    const versions = await storage.stores.models.list({
      prefix: modelKeys.model(PROJECT, 'killed'),
      delimiter: '/',
    });
    expect(versions.prefixes).toHaveLength(1);
    await vi.waitUntil(async () => {
      const { visible, inFlight } = await storage.queues.train.counts();
      return visible + inFlight === 0;
    }, WAIT);
  });
});
