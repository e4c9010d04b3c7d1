import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { addTrainCommands } from '../../cli/commands/train.ts';
import { DEFAULT_PROJECT } from '../../cli/context.ts';
import { modelKeys } from '../../domain/keys.ts';
import { openEmbedded } from '../../storage/embedded/index.ts';
import { cancelTraining, createJob, readTraining } from '../../training/ledger/index.ts';
import { runJson } from './inProcess.ts';

/** Eight rendered faces and a network of a few hundred weights. */
const overrides = {
  'synthetic.count': 8,
  'split.test': 0.5,
  'architecture.channels': [2, 3, 4],
  'input.width': 32,
  'input.height': 24,
  epochs: 1,
};

/** A job that is stopped, and has failed for want of space besides. */
async function leftJob(folder: string): Promise<string> {
  const { close, ...storage } = await openEmbedded({ folder });
  const now = () => new Date();
  const request = { project: DEFAULT_PROJECT, recipe: 'nose', overrides, backend: 'wasm', startedBy: 'tests' };
  const { training } = await createJob({ ...storage, now }, { ...request, unique: 'a1' });
  await cancelTraining({ ...storage, now }, DEFAULT_PROJECT, training);
  const error = { code: 'STORAGE_FULL', message: 'no space is left' };
  const none = { epochs: 0, train: null, test: null, model: null, seconds: 1, finishedAt: now().toISOString() };
  const done = JSON.stringify({ training, outcome: 'failed', error, ...none });
  await storage.stores.models.put(modelKeys.trainingDone(DEFAULT_PROJECT, training), done);
  await close();
  return training;
}

test('train --resume goes on with a run that was stopped or found no space, and with none that has finished', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fiducial-resume-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const training = await leftJob(folder);
  const resume = () => runJson(addTrainCommands, folder, ['train', 'nose', '--resume', training]);
  expect(await resume()).toMatchObject({ run: training, epochs: 1, model: { name: 'nose' } });
  const { close, stores } = await openEmbedded({ folder });
  onTestFinished(() => close());
  expect((await readTraining(stores, DEFAULT_PROJECT, training))?.status).toBe('FINISHED');
  await expect(resume()).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
}, 120_000);
