import { expect, test, vi } from 'vitest';
import { enqueueTraining, readTraining } from '../../../training/ledger/index.ts';
import { TrainingLease } from '../../../training/worker/lease.ts';
import { runTrainer } from '../../../training/worker/trainLoop.ts';
import { PROJECT } from '../../scoring/world.ts';
import { embedded } from '../../storage/folders.ts';

vi.mock(import('../../../training/session/train.ts'), async (original) => ({
  ...(await original()),
  trainRecipe: (await import('../../faults/tinyTraining.ts')).tinyTraining,
}));

const WAIT = { timeout: 60_000, interval: 20 } as const;
vi.setConfig({ testTimeout: 70_000 });

test('a job whose lease another trainer holds is waited for without an error, and trained once that one is dead', async () => {
  const { stores, queues } = await embedded();
  let clock = Date.parse('2026-01-01T00:00:00Z');
  const now = () => new Date(clock);
  const request = { project: PROJECT, recipe: 'nose', startedBy: 'a test', unique: 'a1' };
  const { training } = await enqueueTraining({ stores, queues, now }, request);
  await TrainingLease.acquire(stores.models, PROJECT, training, { holder: 'other', seconds: 0.1, now });
  const said: { level: string; message: string; fields: object }[] = [];
  const log = (level: string) => (fields: object, message: string) => void said.push({ level, fields, message });
  const waits = () => said.filter(({ message }) => message.startsWith('waiting for the lease of a trainer'));
  const stop = new AbortController();
  const trainer = {
    models: stores.models,
    holder: 'this one',
    open: () => Promise.reject(new Error('no parity is checked here')),
    codeVersion: 'test',
    cacheFolder: '/nowhere',
    threads: 0,
    now,
  };
  const working = runTrainer({
    queue: queues.train,
    trainer,
    log: { info: log('info'), warn: log('warn'), error: log('error') },
    signal: stop.signal,
    waitSeconds: 1,
  });
  // Each time it was waited for, its lease is still held: that is looked at again, and no receive counts.
  await vi.waitUntil(() => waits().length > 2, WAIT);
  clock += 1000;
  await vi.waitUntil(async () => (await readTraining(stores, PROJECT, training))?.done, WAIT);
  stop.abort();
  await working;
  expect(waits()[0]).toMatchObject({
    level: 'info',
    fields: { project: PROJECT, training, holder: 'other', heldUntil: expect.any(String) },
  });
  expect(said.filter(({ level }) => level !== 'info')).toEqual([]);
  expect((await readTraining(stores, PROJECT, training))?.status).toBe('FINISHED');
  expect(await queues.train.counts()).toMatchObject({ visible: 0, inFlight: 0, dead: 0 });
});
