/** Reading training runs and sweeps. Every call costs a bounded number of requests. */
import { modelKeys } from '../../domain/keys.ts';
import type { ObjectStore, Stores } from '../../storage/ports.ts';
import { readRecord } from './objects.ts';
import {
  type Sweep,
  sweepSchema,
  type TrainingDone,
  type TrainingEpoch,
  type TrainingJob,
  type TrainingStarted,
  trainingCancelledSchema,
  trainingDoneSchema,
  trainingEpochSchema,
  trainingJobSchema,
  trainingLeaseSchema,
  trainingStartedSchema,
} from './records.ts';

export type ModelStore = Pick<Stores, 'models'>;

/** QUEUED: no trainer has begun. FINISHED: its model is registered. CANCELLED: stopped, and can be resumed. */
export const TRAINING_STATUSES = ['QUEUED', 'RUNNING', 'FINISHED', 'FAILED', 'CANCELLED'] as const;
export type TrainingStatus = (typeof TRAINING_STATUSES)[number];

/** Of a run that is QUEUED or RUNNING. PREPARING_DATA: a trainer has it, and has not begun yet. */
export const TRAINING_PHASES = ['WAITING', 'PREPARING_DATA', 'TRAINING'] as const;
export type TrainingPhase = (typeof TRAINING_PHASES)[number];

export interface TrainingView {
  readonly job: TrainingJob;
  readonly status: TrainingStatus;
  /** Null once it has ended or was stopped. */
  readonly phase: TrainingPhase | null;
  /** Whether it was stopped, or failed for what can be mended outside of it: it goes on from its last checkpoint. */
  readonly resumable: boolean;
  readonly started: TrainingStarted | null;
  readonly done: TrainingDone | null;
  readonly cancelledAt: string | null;
}

/** Null where there is none. Four GETs, and one more while it is QUEUED. */
export async function readTraining(
  { models }: ModelStore,
  project: string,
  training: string,
  now: Date = new Date(),
): Promise<TrainingView | null> {
  const [job, started, done, cancelled] = await Promise.all([
    readRecord(models, modelKeys.trainingJob(project, training), trainingJobSchema),
    readRecord(models, modelKeys.trainingStarted(project, training), trainingStartedSchema),
    readRecord(models, modelKeys.trainingDone(project, training), trainingDoneSchema),
    readRecord(models, modelKeys.trainingCancelled(project, training), trainingCancelledSchema),
  ]);
  if (!job) return null;
  const cancelledAt = cancelled?.cancelledAt ?? null;
  const status = statusOf(started, done, cancelledAt);
  const held = status === 'QUEUED' && (await isHeld(models, project, training, now));
  const resumable = status === 'CANCELLED' || mayGoOn(done);
  return { job, started, done, cancelledAt, status, phase: phaseOf(status, held), resumable };
}

/** Of one that has ended: whether it would not fail again for the same reason once somebody has seen to it. */
export function mayGoOn(done: TrainingDone | null): boolean {
  return done?.error?.code === 'STORAGE_FULL';
}

/** Whether a trainer has it, by the lease that it renews. */
async function isHeld(models: ObjectStore, project: string, training: string, now: Date): Promise<boolean> {
  const key = modelKeys.trainingFile(project, training, 'lease.json');
  const lease = await readRecord(models, key, trainingLeaseSchema);
  return lease !== null && Date.parse(lease.expiresAt) > now.getTime();
}

function phaseOf(status: TrainingStatus, held: boolean): TrainingPhase | null {
  if (status === 'RUNNING') return 'TRAINING';
  if (status !== 'QUEUED') return null;
  return held ? 'PREPARING_DATA' : 'WAITING';
}

function statusOf(
  started: TrainingStarted | null,
  done: TrainingDone | null,
  cancelledAt: string | null,
): TrainingStatus {
  if (done) return done.outcome === 'finished' ? 'FINISHED' : 'FAILED';
  if (cancelledAt !== null) return 'CANCELLED';
  return started ? 'RUNNING' : 'QUEUED';
}

export interface IdPage {
  readonly ids: readonly string[];
  readonly hasNextPage: boolean;
}

/** Ids, newest first. One LIST. `after`: an id. */
export async function listTrainings(
  { models }: ModelStore,
  project: string,
  first: number,
  after: string | null = null,
): Promise<IdPage> {
  const prefix = modelKeys.trainings(project);
  // Folded prefixes go on after everything below the last one.
  const from = after === null ? {} : { after: `${prefix}${after}/\u{10FFFF}` };
  const listing = await models.list({ prefix, delimiter: '/', limit: first + 1, ...from });
  const ids = listing.prefixes.map((one) => one.slice(prefix.length, -1));
  return { ids: ids.slice(0, first), hasNextPage: ids.length > first };
}

/** Ids, newest first. One LIST. */
export async function listSweeps(
  { models }: ModelStore,
  project: string,
  first: number,
  after: string | null = null,
): Promise<IdPage> {
  const prefix = modelKeys.sweeps(project);
  const from = after === null ? {} : { after: `${prefix}${after}.json` };
  const listing = await models.list({ prefix, limit: first + 1, ...from });
  const ids = listing.objects.map(({ key }) => key.slice(prefix.length, -'.json'.length));
  return { ids: ids.slice(0, first), hasNextPage: ids.length > first };
}

/** Null where there is none. */
export function readSweep({ models }: ModelStore, project: string, sweep: string): Promise<Sweep | null> {
  return readRecord(models, modelKeys.sweep(project, sweep), sweepSchema);
}

/** Epochs after `after` (0: from the first), in order. A LIST, and a GET an epoch. */
export async function readEpochs(
  { models }: ModelStore,
  project: string,
  training: string,
  first: number,
  after = 0,
): Promise<{ readonly epochs: TrainingEpoch[]; readonly hasNextPage: boolean }> {
  const prefix = modelKeys.trainingEpochs(project, training);
  const from = after === 0 ? {} : { after: modelKeys.trainingEpoch(project, training, after) };
  const { objects } = await models.list({ prefix, limit: Math.min(first + 1, 1000), ...from });
  const epochs = await Promise.all(
    objects.slice(0, first).map(({ key }) => readRecord(models, key, trainingEpochSchema)),
  );
  return { epochs: epochs.filter((epoch) => epoch !== null), hasNextPage: objects.length > first };
}

/** Names of the files below figures/. One LIST. */
export async function listFigures(store: ModelStore, project: string, training: string): Promise<string[]> {
  const prefix = modelKeys.trainingFigures(project, training);
  const { objects } = await (store.models as ObjectStore).list({ prefix });
  return objects.map(({ key }) => key.slice(prefix.length));
}
