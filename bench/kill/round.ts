/** One batch scored and one training job done by one stack, disturbed or not, and what is left of them. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { resultKeys } from '../../domain/keys.ts';
import { readProgress, readRun } from '../../scoring/read/index.ts';
import { type Embedded, openEmbedded } from '../../storage/embedded/index.ts';
import { enqueueTraining, readEpochs, readTraining } from '../../training/ledger/index.ts';
import { commitBatch, isDone, outcome, type Photograph, PROJECT, until } from '../embeddedStack.ts';
import { type Asked, ask } from './caller.ts';
import { Victims } from './victims.ts';

export interface Setting {
  readonly images: number;
  readonly scorers: number;
  readonly photos: readonly Photograph[];
  readonly faces: string;
  readonly epochs: number;
  readonly hungAfterMs: number;
}

export interface Under {
  readonly victims: Victims;
  /** Both the run and the training job have ended. */
  over(): Promise<boolean>;
  /** Epochs that are done, and whether the job is under way. */
  training(): Promise<{ readonly epochs: number; readonly runs: boolean }>;
  /** Every shard has its summary, and the run is not finished. */
  finishing(): Promise<boolean>;
}

export interface Outcome {
  readonly keys: readonly string[];
  /** Of everything that was predicted, in plan order. */
  readonly predictions: string;
  readonly metrics: string | null;
  /** Losses and errors of all epochs, final errors, the model's digest: all but times. */
  readonly training: string;
  readonly epochs: number;
  readonly asked: Asked;
  readonly hung: boolean;
  readonly seconds: number;
}

export async function round(setting: Setting, disturb: (under: Under) => Promise<void>): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'fiducial-kill-'));
  const victims = await Victims.start({ folder, port: 0, scorers: setting.scorers, trainers: 1 });
  const storage = await openEmbedded({ folder });
  const calls = new AbortController();
  try {
    const started = performance.now();
    const training = await startTraining(storage, setting);
    const run = await commitBatch(storage, 'faces', setting.images, setting.photos);
    const { asked, end } = ask(victims, calls.signal);
    const under = watch(storage, victims, run, training);
    await disturb(under);
    const hung = await until(() => under.over(), 200, setting.hungAfterMs).then(
      () => false,
      () => true,
    );
    const seconds = (performance.now() - started) / 1000;
    calls.abort();
    await end;
    return { ...(await left(storage, run, training, hung)), asked, hung, seconds };
  } finally {
    calls.abort();
    await victims.stop();
    await storage.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The same id each time: it is written into the model. On wasm, which computes the same each time. */
async function startTraining(storage: Embedded, { faces, epochs }: Setting): Promise<string> {
  const now = () => new Date('2026-11-24T00:00:00Z');
  const parts = { stores: storage.stores, queues: storage.queues, now };
  const overrides = { epochs };
  const request = { project: PROJECT, recipe: 'nose', overrides, data: [faces], backend: 'wasm', startedBy: 'bench' };
  return (await enqueueTraining(parts, { ...request, unique: 'kill' })).training;
}

function watch(storage: Embedded, victims: Victims, run: string, training: string): Under {
  const { stores } = storage;
  return {
    victims,
    over: async () => {
      const view = await readTraining(stores, PROJECT, training);
      return view?.done != null && (await isDone(storage, run));
    },
    training: async () => {
      const view = await readTraining(stores, PROJECT, training);
      const { epochs } = await readEpochs(stores, PROJECT, training, 500);
      return { epochs: epochs.length, runs: view?.started != null && view.done === null };
    },
    finishing: async () => {
      const record = (await readRun(stores, PROJECT, run))?.record;
      if (!record || (await stores.results.head(resultKeys.done(PROJECT, run)))) return false;
      return (await readProgress(stores, record)).shardsDone === record.shards;
    },
  };
}

async function left(storage: Embedded, run: string, training: string, hung: boolean) {
  if (hung) return { keys: [], predictions: '', metrics: null, training: '', epochs: 0 };
  const { predictions, metrics } = await outcome(storage, run);
  const { done } = (await readTraining(storage.stores, PROJECT, training))!;
  const { epochs } = await readEpochs(storage.stores, PROJECT, training, 500);
  const curve = epochs.map(({ epoch, train, test, learningRate }) => ({ epoch, train, test, learningRate }));
  const { outcome: ended, error, train, test, model } = done!;
  return {
    keys: predictions.map(({ key }) => key),
    predictions: createHash('sha256').update(JSON.stringify(predictions)).digest('hex'),
    metrics,
    training: JSON.stringify({ ended, error, train, test, model, curve }),
    epochs: epochs.length,
  };
}

/** As soon as it holds, for as long as anybody works on it; false where the work was over first. */
export async function comes(holds: () => Promise<boolean>, over: () => Promise<boolean>): Promise<boolean> {
  while (!(await holds())) {
    if (await over()) return false;
    await delay(10);
  }
  return true;
}
