/** One training job, by its ledger: acquire the lease, train, write epochs as they come, register, say done. */
import { FiducialError, isFiducialError, OPERATION_ERROR_CODES, type OperationErrorCode } from '../../domain/errors.ts';
import { modelKeys } from '../../domain/keys.ts';
import type { ModelCard } from '../../domain/modelCard.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import type { BackendName } from '../backends/index.ts';
import { BACKEND_NAMES } from '../backends/types.ts';
import type { EpochRecord } from '../fit/checkpoint.ts';
import type { StepRecord } from '../fit/fit.ts';
import { createRecord, readRecord } from '../ledger/objects.ts';
import { readTraining } from '../ledger/read.ts';
import {
  type PartErrors,
  type TrainingDone,
  type TrainingEpoch,
  type TrainingJob,
  trainingCancelledSchema,
} from '../ledger/records.ts';
import type { ImportReport } from '../nn/pretrained/import.ts';
import type { OpenSession } from '../onnx/session.ts';
import { recipeNamed, withOverrides } from '../recipes/index.ts';
import { registerModel } from '../registry.ts';
import type { TrainingData } from '../session/data.ts';
import type { Evaluation } from '../session/evaluate.ts';
import { type Trained, trainRecipe } from '../session/train.ts';
import { objectCheckpoints } from './checkpoints.ts';
import { resolveData } from './datasets.ts';
import { TrainingLease } from './lease.ts';

export interface TrainerParts {
  readonly models: ObjectStore;
  /** Tells this process apart from others. */
  readonly holder: string;
  /** Runs an exported graph. */
  readonly open: OpenSession;
  readonly codeVersion: string;
  /** For cut-outs and fetched data sets. */
  readonly cacheFolder: string;
  /** Threads that augment. */
  readonly threads: number;
  now(): Date;
}

export interface TrainingHooks {
  readonly onData?: (data: TrainingData) => void;
  readonly onProgress?: (what: string, done: number, total: number) => void;
  /** What came from pretrained weights, and what was drawn afresh. */
  readonly onPretrained?: (report: ImportReport) => void;
  readonly onStep?: (step: StepRecord) => void;
  readonly onEpoch?: (epoch: TrainingEpoch) => void;
}

export type TrainingOutcome =
  | { readonly outcome: 'finished'; readonly trained: Trained; readonly card: ModelCard }
  | { readonly outcome: 'failed'; readonly error: FiducialError }
  /** Told to stop or cancelled; the checkpoint is kept. */
  | { readonly outcome: 'stopped' | 'cancelled' }
  /** It had ended before. */
  | { readonly outcome: 'ended' };

const LEASE_SECONDS = 90;
const HEARTBEAT_MS = 30_000;
const CANCEL_POLL_MS = 3_000;

/** NOT_FOUND without a job, LEASE_LOST (retryable) where another trains it. Other failures become `done.json`. */
export async function runTraining(
  parts: TrainerParts,
  project: string,
  training: string,
  signal: AbortSignal,
  hooks: TrainingHooks = {},
): Promise<TrainingOutcome> {
  const { models } = parts;
  const view = await readTraining({ models }, project, training);
  if (!view)
    throw new FiducialError('NOT_FOUND', `Expected a training run ${training} of project ${project}, got none`);
  if (view.done) return { outcome: 'ended' };
  if (view.cancelledAt !== null) return { outcome: 'cancelled' };
  const lease = await TrainingLease.acquire(models, project, training, {
    holder: parts.holder,
    seconds: LEASE_SECONDS,
    now: parts.now,
  });
  const watch = watchTraining(parts, lease, project, training, signal);
  const startedAt = parts.now();
  try {
    const trained = await train(parts, view.job, lease, watch.signal, hooks);
    const card = await registerModel(models, project, trained.card, trained.onnx);
    await finish(parts, view.job, startedAt, { trained, card, error: null });
    return { outcome: 'finished', trained, card };
  } catch (error) {
    if (watch.cancelled()) return { outcome: 'cancelled' };
    if (signal.aborted) return { outcome: 'stopped' };
    const failure = asOperationError(error);
    if (failure.retryable) throw failure;
    await finish(parts, view.job, startedAt, { trained: null, card: null, error: failure });
    return { outcome: 'failed', error: failure };
  } finally {
    watch.end();
    await lease.release();
  }
}

async function train(
  parts: TrainerParts,
  job: TrainingJob,
  lease: TrainingLease,
  signal: AbortSignal,
  hooks: TrainingHooks,
): Promise<Trained> {
  const { models, cacheFolder } = parts;
  const { project, training } = job;
  const recipe = withOverrides(recipeNamed(job.recipe), job.overrides);
  const paths = await resolveData(job.data, { store: models, project, folder: `${cacheFolder}/datasets`, signal });
  const trained = await trainRecipe(recipe, {
    training,
    modelName: job.model,
    codeVersion: parts.codeVersion,
    open: parts.open,
    paths,
    cacheFolder: `${cacheFolder}/canvases`,
    backend: backendOf(job),
    checkpoints: objectCheckpoints(models, project, training, lease),
    resume: true,
    threads: parts.threads,
    signal,
    onData: (data) => hooks.onData?.(data),
    onBegin: async (begun, data) => {
      await createRecord(models, modelKeys.trainingStarted(project, training), {
        training,
        recipe,
        backend: begun,
        codeVersion: parts.codeVersion,
        data: data.datasets.map(({ name, samples }) => ({
          name,
          images: new Set(samples.map(({ image }) => image)).size,
          digest: null,
        })),
        faces: { train: data.train.samples.length, val: data.val?.samples.length ?? 0, test: data.test.samples.length },
        epochs: recipe.epochs,
        startedAt: parts.now().toISOString(),
      });
      await createRecord(models, modelKeys.trainingFile(project, training, 'split.json'), data.split);
    },
    ...(hooks.onProgress ? { onProgress: hooks.onProgress } : {}),
    ...(hooks.onPretrained ? { onPretrained: hooks.onPretrained } : {}),
    ...(hooks.onStep ? { onStep: hooks.onStep } : {}),
    onEpoch: async (record) => {
      const epoch = epochOf(record, parts.now());
      await createRecord(models, modelKeys.trainingEpoch(project, training, epoch.epoch), epoch);
      hooks.onEpoch?.(epoch);
    },
  });
  for (const { file, bytes } of trained.figures) {
    await models.put(`${modelKeys.trainingFigures(project, training)}${file}`, bytes, {
      contentType: contentTypeOf(file),
    });
  }
  return trained;
}

function backendOf({ backend }: TrainingJob): BackendName | null {
  if (backend === null) return null;
  const known = BACKEND_NAMES.find((name) => name === backend);
  if (known) return known;
  throw new FiducialError('INVALID_INPUT', `Expected a backend (${BACKEND_NAMES.join(', ')}), got ${backend}`);
}

/** Held-out errors: `loss` is the mean squared error of the coordinates in crop units. */
function epochOf(record: EpochRecord, at: Date): TrainingEpoch {
  const { epoch, trainLoss, learningRate, seconds, waitedSeconds, metrics } = record;
  const finite = (value: number | undefined) => (value !== undefined && Number.isFinite(value) ? value : null);
  return {
    epoch: epoch + 1,
    train: { loss: trainLoss, maePx: null, nme: null },
    test: { loss: metrics.mse!, maePx: finite(metrics.maePx), nme: finite(metrics.nme) },
    learningRate,
    seconds,
    waitedSeconds: waitedSeconds ?? null,
    at: at.toISOString(),
  };
}

export function errorsOf({ mse, metrics }: Evaluation): PartErrors {
  return { loss: mse, maePx: metrics.maePx, nme: metrics.nme.interOcular ?? null };
}

async function finish(
  { models, now }: TrainerParts,
  { project, training }: TrainingJob,
  startedAt: Date,
  { trained, card, error }: { trained: Trained | null; card: ModelCard | null; error: FiducialError | null },
): Promise<void> {
  const done: TrainingDone = {
    training,
    outcome: error ? 'failed' : 'finished',
    error: error ? { code: error.code as OperationErrorCode, message: error.message } : null,
    epochs: trained?.history.length ?? 0,
    train: trained?.train ? errorsOf(trained.train) : null,
    test: trained ? errorsOf(trained.test) : null,
    model: card && {
      owner: project,
      name: card.name,
      version: card.version,
      sha256: card.sha256,
      layout: card.layout,
      points: card.points,
    },
    seconds: (now().getTime() - startedAt.getTime()) / 1000,
    finishedAt: now().toISOString(),
  };
  await createRecord(models, modelKeys.trainingDone(project, training), done);
}

const FULL_DISK: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT']);

function asOperationError(error: unknown): FiducialError {
  if (isFiducialError(error) && Object.hasOwn(OPERATION_ERROR_CODES, error.code)) return error;
  if (FULL_DISK.has(Object(error).code)) {
    const message = `Expected space on the trainer's own disk, got: ${(error as Error).message}; free some and resume it`;
    return new FiducialError('STORAGE_FULL', message, { cause: error });
  }
  return new FiducialError('INTERNAL', error instanceof Error ? error.message : String(error), { cause: error });
}

/** Heartbeats the lease and looks for `cancelled.json`; its signal aborts on stop, on cancellation, and when the lease is lost. */
function watchTraining(
  parts: TrainerParts,
  lease: TrainingLease,
  project: string,
  training: string,
  stop: AbortSignal,
) {
  const own = new AbortController();
  let cancelled = false;
  const heartbeat = setInterval(() => {
    lease.renew().catch((error: unknown) => {
      if (isFiducialError(error, 'LEASE_LOST')) own.abort(error);
    });
  }, HEARTBEAT_MS);
  const poll = setInterval(() => {
    readRecord(parts.models, modelKeys.trainingCancelled(project, training), trainingCancelledSchema).then(
      (record) => {
        if (!record) return;
        cancelled = true;
        own.abort();
      },
      () => {}, // looked for again soon
    );
  }, CANCEL_POLL_MS);
  return {
    signal: AbortSignal.any([stop, own.signal]),
    cancelled: () => cancelled,
    end: () => {
      clearInterval(heartbeat);
      clearInterval(poll);
    },
  };
}

function contentTypeOf(file: string): string {
  if (file.endsWith('.svg')) return 'image/svg+xml';
  return file.endsWith('.png') ? 'image/png' : 'application/json';
}
