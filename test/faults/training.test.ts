/** A training job, from its start to its model, with a fault at each call of its storage: it ends as if there was none. */
import { describe, expect, test, vi } from 'vitest';
import { FiducialError } from '../../domain/errors.ts';
import { modelKeys } from '../../domain/keys.ts';
import { trainMessageSchema } from '../../domain/records.ts';
import type { Queues, Stores } from '../../storage/ports.ts';
import { enqueueTraining, readEpochs, readTraining, resumeTraining } from '../../training/ledger/index.ts';
import { readCard } from '../../training/registry.ts';
import { runTraining, type TrainerParts } from '../../training/worker/runTraining.ts';
import { type MemoryStorage, type MemoryStore, memoryStorage } from '../scoring/memory.ts';
import { NOW, PROJECT } from '../scoring/world.ts';
import { Faults, type Moment, type NumberedCall, throttled } from '../storage/faults/faults.ts';
import { EPOCHS } from './tinyTraining.ts';

vi.mock(import('../../training/session/train.ts'), async (original) => ({
  ...(await original()),
  trainRecipe: (await import('./tinyTraining.ts')).tinyTraining,
}));

/** Longer than a lease of a trainer that died. */
const LEASE_AND_MORE_MS = 120_000;
const MOST_TRIES = 20;
const never = new AbortController().signal;

class Trainers {
  readonly storage = memoryStorage(() => NOW);
  readonly #faults: Faults;
  #now = NOW;
  #started = 0;
  /** How often somebody freed some space and resumed it. */
  resumed = 0;

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  /** Another one each time, as after a restart. */
  parts(): TrainerParts & { readonly stores: Stores; readonly queues: Queues } {
    const { stores, queues } = this.#faults.wrap(this.storage);
    return {
      stores,
      queues,
      models: stores.models,
      holder: `trainer ${this.#started++}`,
      open: () => Promise.reject(new Error('no parity is checked here')),
      codeVersion: 'test',
      cacheFolder: '/nowhere',
      threads: 0,
      now: () => this.#now,
    };
  }

  /** Who asked for it asks until it is said to be queued; the queue gives its message again until it is acknowledged. */
  async train(): Promise<string> {
    for (let tries = 1; ; tries++) {
      try {
        const parts = this.parts();
        const request = { project: PROJECT, recipe: 'nose', startedBy: 'a test', unique: 'a1' };
        const { training } = await enqueueTraining({ ...parts, now: () => NOW }, request);
        await this.#work(parts);
        const { status, resumable } = (await readTraining(this.storage.stores, PROJECT, training))!;
        if (status !== 'FAILED' || !resumable) return training;
        this.resumed++;
        await resumeTraining(this.parts(), PROJECT, training);
        await this.#work(this.parts());
        return training;
      } catch (error) {
        if (tries === MOST_TRIES) throw error;
        if (this.#faults.dead) this.#faults.clear();
        this.expireLeases();
      }
    }
  }

  expireLeases(): void {
    (this.storage.queues.train as MemoryStorage['queues']['plan']).expireAll();
    this.#now = new Date(this.#now.getTime() + LEASE_AND_MORE_MS);
  }

  async #work({ queues, ...parts }: ReturnType<Trainers['parts']>): Promise<void> {
    for (;;) {
      const [message] = await queues.train.receive({ max: 1, waitSeconds: 0, leaseSeconds: 60 });
      if (!message) return;
      const { project, training } = trainMessageSchema.parse(JSON.parse(message.body));
      await runTraining(parts, project, training, never);
      await queues.train.acknowledge(message.receipt);
    }
  }

  objects(): Map<string, string> {
    const { objects } = this.storage.stores.models as MemoryStore;
    return new Map([...objects].map(([key, { body }]) => [key, body.toString('latin1')]));
  }
}

/** Of what is there for good: without the trainers' own, and without times. */
function outcome(trainers: Trainers): Record<string, string> {
  const lasting = [...trainers.objects()].filter(([key]) => !/\/(lease\.json|checkpoints\/.*)$/.test(key));
  const timeless = (body: string) =>
    body.replaceAll(/"(at|startedAt|finishedAt)":"[^"]+"/g, '').replaceAll(/"\w*[sS]econds":[\d.e-]+/g, '');
  return Object.fromEntries(lasting.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, body]) => [key, timeless(body)]));
}

async function undisturbed() {
  const counting = new Faults();
  const trainers = new Trainers(counting);
  const training = await trainers.train();
  return { calls: counting.calls, expected: outcome(trainers), training, trainers };
}

const KINDS: Readonly<Record<string, (position: number) => Faults>> = {
  'is the last of its process, and has no effect': (position) => new Faults().killAt(position, 'before'),
  'is the last of its process, and has its effect': (position) => new Faults().killAt(position, 'after'),
  'is refused': (position) => new Faults().failAt(position, 'before', throttled),
  'has its effect and no answer': (position) => new Faults().failAt(position, 'after'),
};

test('undisturbed, a job leaves its epochs, its figures, its model and its end', async () => {
  const { training, trainers, calls } = await undisturbed();
  const view = await readTraining(trainers.storage.stores, PROJECT, training);
  expect(view).toMatchObject({ status: 'FINISHED', done: { epochs: EPOCHS, outcome: 'finished' } });
  const { epochs } = await readEpochs(trainers.storage.stores, PROJECT, training, 10);
  expect(epochs.map(({ epoch }) => epoch)).toEqual(Array.from({ length: EPOCHS }, (_, i) => i + 1));
  const { owner, name, version, sha256 } = view!.done!.model!;
  expect((await readCard(trainers.storage.stores.models, owner, name, version)).sha256).toBe(sha256);
  expect(calls.length).toBeGreaterThan(25);
});

const full = () => new FiducialError('STORAGE_FULL', 'An injected fault: no space is left');
const writes = ({ method }: Pick<NumberedCall, 'method'>) => method === 'put';

test.each([
  ['one write finds no space, so that its failure can be told', 1],
  ['neither that nor the next three writes find any', 4],
])(
  'a training job ends the same, to the bit, where %s: it goes on once it is resumed',
  { timeout: 240_000 },
  async (_, times) => {
    const { calls, expected } = await undisturbed();
    let resumed = 0;
    for (const [position, call] of calls.entries()) {
      if (!writes(call)) continue;
      let left = times;
      const fromHereOn = new Faults().add((one, moment) => {
        if (moment === 'before' && writes(one) && one.position >= position && left-- > 0) throw full();
      });
      const trainers = new Trainers(fromHereOn);
      await trainers.train();
      resumed += trainers.resumed;
      expect(outcome(trainers), `call ${position}: ${call.target}.${call.method} ${call.subject}`).toEqual(expected);
    }
    if (times === 1) expect(resumed).toBeGreaterThan(5);
  },
);

test('a trainer whose own disk is full says that it is, and the job goes on once it is resumed', async () => {
  const { expected } = await undisturbed();
  const own = () => Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  const first = ({ subject }: Pick<NumberedCall, 'subject'>) => subject?.includes('/checkpoints/') === true;
  const trainers = new Trainers(new Faults().failWhere(first, 'before', 1, own));
  const parts = trainers.parts();
  const request = { project: PROJECT, recipe: 'nose', startedBy: 'a test', unique: 'a1' };
  const { training } = await enqueueTraining({ ...parts, now: () => NOW }, request);
  const failed = await runTraining(parts, PROJECT, training, never);
  expect(failed).toMatchObject({ outcome: 'failed', error: { code: 'STORAGE_FULL' } });
  expect(await readTraining(trainers.storage.stores, PROJECT, training)).toMatchObject({
    status: 'FAILED',
    resumable: true,
    done: { error: { message: expect.stringMatching(/ENOSPC.*free some and resume it$/) } },
  });
  await trainers.train();
  expect(outcome(trainers)).toEqual(expected);
});

describe('a training job ends the same, to the bit, where any one call', () => {
  test.each(Object.entries(KINDS))('%s', { timeout: 240_000 }, async (_, kind) => {
    const { calls, expected } = await undisturbed();
    for (const [position, call] of calls.entries()) {
      const trainers = new Trainers(kind(position));
      await trainers.train();
      expect(outcome(trainers), `call ${position}: ${call.target}.${call.method} ${call.subject}`).toEqual(expected);
    }
  });
});

test('a trainer that was away for longer than its lease points at no checkpoint any more, and its successor ends the job', {
  timeout: 60_000,
}, async () => {
  const { expected } = await undisturbed();
  let away = () => {};
  const left = new Promise<void>((resolve) => {
    away = resolve;
  });
  let back = () => {};
  const returned = new Promise<void>((resolve) => {
    back = resolve;
  });
  let checkpoints = 0;
  const pausing = new Faults().add(async ({ method, subject }, moment: Moment) => {
    if (method !== 'put' || !subject?.includes('/checkpoints/') || moment !== 'before' || ++checkpoints !== 3) return;
    away();
    await returned;
  });
  const trainers = new Trainers(pausing);
  const request = { project: PROJECT, recipe: 'nose', startedBy: 'a test', unique: 'a1' };
  const { training } = await enqueueTraining({ ...trainers.parts(), now: () => NOW }, request);
  const slow = runTraining(trainers.parts(), PROJECT, training, never);
  const said = expect(slow).rejects.toMatchObject({ code: 'LEASE_LOST', retryable: true });
  await left;
  trainers.expireLeases();
  await trainers.train();
  const lease = () => trainers.objects().get(modelKeys.trainingFile(PROJECT, training, 'lease.json'));
  const before = lease();
  back();
  await said;
  expect(lease()).toBe(before);
  expect(outcome(trainers)).toEqual(expected);
});
