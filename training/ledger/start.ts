/** Starting, stopping and resuming training runs, by the ledger and a message. */
import { FiducialError } from '../../domain/errors.ts';
import { modelKeys, newestFirstId } from '../../domain/keys.ts';
import { trainMessageSchema } from '../../domain/records.ts';
import type { Queues, Stores } from '../../storage/ports.ts';
import { gridOf, type Overrides, recipeNamed, withOverrides } from '../recipes/index.ts';
import { createRecord, readRecord } from './objects.ts';
import { mayGoOn } from './read.ts';
import {
  type Sweep,
  sweepSchema,
  type TrainingJob,
  trainingCancelledSchema,
  trainingDoneSchema,
  trainingJobSchema,
} from './records.ts';

export interface TrainingParts {
  readonly stores: Pick<Stores, 'models'>;
  readonly queues: Pick<Queues, 'train'>;
  now(): Date;
}

export interface TrainingRequest {
  readonly project: string;
  readonly recipe: string;
  readonly overrides?: Overrides;
  readonly data?: readonly string[];
  readonly backend?: string | null;
  readonly sweep?: string | null;
  /** Name of the model that is registered at the end. Default: the recipe's name. */
  readonly model?: string | null;
  readonly startedBy: string;
  /** Tells this run apart from others of the same millisecond: a-z, 0-9. A repeated one at the same time is one run. */
  readonly unique: string;
}

/** Writes job.json and sends no message: for whoever trains at once. INVALID_INPUT as `enqueueTraining`. */
export async function createJob(parts: TrainingParts, request: TrainingRequest): Promise<TrainingJob> {
  const { project, recipe, overrides = {}, data = [], backend = null, sweep = null, startedBy } = request;
  withOverrides(recipeNamed(recipe), overrides);
  const at = parts.now();
  const job = trainingJobSchema.parse({
    training: newestFirstId(at, request.unique),
    project,
    recipe,
    overrides,
    data,
    backend,
    sweep,
    model: request.model ?? recipe,
    startedBy,
    createdAt: at.toISOString(),
  });
  await createRecord(parts.stores.models, modelKeys.trainingJob(project, job.training), job);
  return job;
}

/**
 * Writes job.json and sends the message. Doing it again with the same time and `unique` changes nothing and sends the
 * message again. INVALID_INPUT where the recipe or an override does not exist.
 */
export async function enqueueTraining(parts: TrainingParts, request: TrainingRequest): Promise<TrainingJob> {
  const job = await createJob(parts, request);
  await sendTraining(parts, job.project, job.training);
  return job;
}

async function sendTraining({ queues }: TrainingParts, project: string, training: string): Promise<void> {
  const message = trainMessageSchema.parse({ kind: 'train', project, training });
  await queues.train.send(JSON.stringify(message), { group: project });
}

export const MOST_TRAININGS = 64;

export interface SweepRequest extends Omit<TrainingRequest, 'overrides' | 'sweep' | 'model'> {
  readonly grid: Readonly<Record<string, readonly unknown[]>>;
}

/** One training run for each combination. Repeatable as `enqueueTraining`. LIMIT_EXCEEDED above 64 combinations. */
export async function enqueueSweep(parts: TrainingParts, request: SweepRequest): Promise<Sweep> {
  const { project, recipe, grid, data = [], backend = null, startedBy, unique } = request;
  const combinations = gridOf(grid);
  if (combinations.length > MOST_TRAININGS) {
    throw new FiducialError(
      'LIMIT_EXCEEDED',
      `Expected at most ${MOST_TRAININGS} combinations, got ${combinations.length}`,
    );
  }
  for (const overrides of combinations) withOverrides(recipeNamed(recipe), overrides);
  const at = parts.now();
  const pinned = { ...parts, now: () => at };
  const sweep = newestFirstId(at, unique);
  const one = (index: number) => `${unique}${String(index).padStart(2, '0')}`;
  const record = sweepSchema.parse({
    sweep,
    project,
    recipe,
    grid,
    data,
    backend,
    trainings: combinations.map((overrides, i) => ({ training: newestFirstId(at, one(i)), overrides })),
    startedBy,
    createdAt: at.toISOString(),
  });
  await createRecord(parts.stores.models, modelKeys.sweep(project, sweep), record);
  for (const [i, overrides] of combinations.entries()) {
    await enqueueTraining(pinned, { project, recipe, data, backend, startedBy, overrides, sweep, unique: one(i) });
  }
  return record;
}

/** Idempotent. `finished`: it was done before, and stays so. The trainer stops at the next step. NOT_FOUND. */
export async function cancelTraining(
  parts: Pick<TrainingParts, 'stores' | 'now'>,
  project: string,
  training: string,
): Promise<'cancelled' | 'finished'> {
  const { models } = parts.stores;
  await requireJob(parts, project, training);
  if (await models.head(modelKeys.trainingDone(project, training))) return 'finished';
  const record = trainingCancelledSchema.parse({ training, cancelledAt: parts.now().toISOString() });
  await createRecord(models, modelKeys.trainingCancelled(project, training), record);
  return 'cancelled';
}

/** Goes on from the last checkpoint. Throws as `reopenTraining`. */
export async function resumeTraining(parts: TrainingParts, project: string, training: string): Promise<TrainingJob> {
  const job = await reopenTraining(parts, project, training);
  await sendTraining(parts, project, training);
  return job;
}

/**
 * Takes back that it was stopped, or that it failed for want of space, and sends no message: for whoever trains at
 * once. PRECONDITION_FAILED where it has finished, or failed for good. NOT_FOUND.
 */
export async function reopenTraining(
  parts: Pick<TrainingParts, 'stores'>,
  project: string,
  training: string,
): Promise<TrainingJob> {
  const { models } = parts.stores;
  const job = await requireJob(parts, project, training);
  const doneKey = modelKeys.trainingDone(project, training);
  const done = await readRecord(models, doneKey, trainingDoneSchema);
  if (done && !mayGoOn(done)) {
    const message = `Expected a training run that is stopped, got one that has ${done.outcome}; start a new one`;
    throw new FiducialError('PRECONDITION_FAILED', message, { ids: { training } });
  }
  await models.delete(modelKeys.trainingCancelled(project, training));
  if (done) await models.delete(doneKey);
  return job;
}

async function requireJob(
  { stores }: Pick<TrainingParts, 'stores'>,
  project: string,
  training: string,
): Promise<TrainingJob> {
  const job = await readRecord(stores.models, modelKeys.trainingJob(project, training), trainingJobSchema);
  if (job) return job;
  throw new FiducialError('NOT_FOUND', `Expected a training run of project ${project}, got "${training}"`);
}
