/**
 * The fit loop. Deterministic for its batches and its start where the backend is; stopped at any step and resumed, it
 * gives the same result as an uninterrupted run, bit for bit.
 */
import { FiducialError } from '../../domain/errors.ts';
import type { Tf } from '../backends/types.ts';
import type { Model } from '../nn/model.ts';
import { type ScheduleSpec, scheduleFactor } from '../nn/optimisers/schedule.ts';
import type { Batch, BatchSource } from './batch.ts';
import { type Checkpoint, decodeCheckpoint, type EpochRecord, encodeCheckpoint, type Position } from './checkpoint.ts';
import { BEST, type CheckpointStore, LAST } from './checkpointStore.ts';
import { predict } from './step.ts';
import { Trainer, type TrainerOptions } from './trainer.ts';

export interface StepRecord {
  readonly epoch: number;
  /** Of the epoch, from 1, of `steps`. */
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
  readonly gradientNorm: number;
  readonly learningRate: number;
}

/** Keypoints [count, K, 2] in crop units for images as in {@link Batch}. */
export type Predict = (images: Float32Array | Uint8Array, count: number) => Float32Array;

export interface FitOptions extends TrainerOptions {
  readonly tf: Tf;
  /** Is trained in place. */
  readonly model: Model;
  readonly batches: BatchSource;
  readonly epochs: number;
  readonly schedule: ScheduleSpec;
  /** Recorded in checkpoints; JSON. */
  readonly recipe: unknown;
  /** After each epoch, with what would ship (the moving average where there is one). */
  readonly evaluate?: (predict: Predict, epoch: number) => Promise<Record<string, number>>;
  /** The metric of `evaluate` whose lowest value is kept as `best.ckpt`. */
  readonly chooseBy?: string;
  /** Null: nothing is kept, and nothing can be resumed. */
  readonly checkpoints: CheckpointStore | null;
  /** Go on from `last.ckpt` where there is one. */
  readonly resume?: boolean;
  /** Stops after the step at hand, with a checkpoint. */
  readonly signal?: AbortSignal;
  readonly onStep?: (record: StepRecord) => void;
  /**
   * Awaited, after the epoch's checkpoint. Called again for the last epoch where a run is resumed at its end: who died
   * between the two had not been told.
   */
  readonly onEpoch?: (record: EpochRecord) => void | Promise<void>;
  /** Seconds, for the record. */
  readonly clock?: () => number;
}

export interface FitResult {
  readonly outcome: 'completed' | 'aborted';
  readonly history: readonly EpochRecord[];
  /** What would ship, by parameter name: a copy. */
  readonly values: Map<string, Float32Array>;
  readonly best: Position['best'];
}

/** A loss this many times its recent average has exploded. */
const EXPLOSION = 100;
/** The first steps of an untrained network at a high learning rate go far, and mostly come back. */
const EARLY_STEPS = 50;
const EARLY_EXPLOSION = 1e6;
const TYPICAL_LOSS_MOMENTUM = 0.02;

/**
 * Throws FiducialError DIVERGED where loss or gradient is not finite or the loss explodes (the last checkpoint stays),
 * CORRUPT_STORE or INVALID_MODEL where what is resumed is damaged or of another network.
 */
export async function fitModel(options: FitOptions): Promise<FitResult> {
  const trainer = new Trainer(options.tf, options.model, options);
  try {
    return await fitWith(trainer, options);
  } finally {
    trainer.dispose();
  }
}

async function fitWith(trainer: Trainer, options: FitOptions): Promise<FitResult> {
  const { batches, epochs, checkpoints, signal } = options;
  const clock = options.clock ?? (() => performance.now() / 1000);
  let position = (options.resume && checkpoints ? await restore(checkpoints, trainer) : null) ?? START;
  const save = (name: string) => checkpoints?.save(encodeCheckpoint(capture(trainer, options.recipe, position)), name);
  const told = position.step === 0 ? position.history.at(-1) : undefined;
  if (told) await options.onEpoch?.(told);

  while (position.epoch < epochs) {
    const started = clock();
    let [asked, waitedSeconds] = [started, 0];
    for await (const batch of batches.epoch(position.epoch, position.step)) {
      waitedSeconds += clock() - asked;
      position = advance(position, takeStep(options, trainer, position, batch));
      await new Promise(setImmediate); // signals, timers and messages get their turn between steps
      if (signal?.aborted) {
        await save(LAST);
        return result('aborted', trainer, position);
      }
      asked = clock();
    }
    requireWholeEpoch(position, batches.stepsPerEpoch);
    const metrics = await evaluate(options, trainer, position.epoch);
    const record: EpochRecord = {
      epoch: position.epoch,
      trainLoss: position.lossSum / position.step,
      learningRate: learningRateAt(options, position),
      seconds: clock() - started,
      waitedSeconds,
      metrics,
    };
    const improved = isBest(options.chooseBy, position.best, metrics);
    const best = improved === null ? position.best : { epoch: position.epoch, value: improved };
    position = {
      ...position,
      epoch: position.epoch + 1,
      step: 0,
      lossSum: 0,
      history: [...position.history, record],
      best,
    };
    if (improved !== null) await save(BEST);
    await save(LAST);
    await options.onEpoch?.(record);
    if (signal?.aborted && position.epoch < epochs) return result('aborted', trainer, position);
  }
  return result('completed', trainer, position);
}

const START: Position = { epoch: 0, step: 0, lossSum: 0, typicalLoss: null, optimiserStep: 0, history: [], best: null };

function learningRateAt({ optimiser, schedule, batches, epochs }: FitOptions, { epoch, step }: Position): number {
  const { stepsPerEpoch } = batches;
  return optimiser.learningRate * scheduleFactor(schedule, epoch * stepsPerEpoch + step, { stepsPerEpoch, epochs });
}

function takeStep(options: FitOptions, trainer: Trainer, position: Position, batch: Batch): number {
  const learningRate = learningRateAt(options, position);
  const { loss, gradientNorm } = trainer.step(batch, learningRate);
  requireSane(position, loss, gradientNorm);
  const { epoch, step } = position;
  options.onStep?.({ epoch, step: step + 1, steps: options.batches.stepsPerEpoch, loss, gradientNorm, learningRate });
  return loss;
}

function advance(position: Position, loss: number): Position {
  const typical = position.typicalLoss ?? loss;
  return {
    ...position,
    step: position.step + 1,
    optimiserStep: position.optimiserStep + 1,
    lossSum: position.lossSum + loss,
    typicalLoss: typical + TYPICAL_LOSS_MOMENTUM * (loss - typical),
  };
}

function requireSane({ epoch, step, optimiserStep, typicalLoss }: Position, loss: number, gradientNorm: number): void {
  const most = optimiserStep < EARLY_STEPS ? EARLY_EXPLOSION : EXPLOSION;
  const exploded = typicalLoss !== null && loss > most * typicalLoss;
  if (Number.isFinite(loss) && Number.isFinite(gradientNorm) && !exploded) return;
  const got = exploded ? `${loss}, more than ${most} times its recent average ${typicalLoss}` : `${loss}`;
  throw new FiducialError(
    'DIVERGED',
    `Expected a finite loss, got ${got} (gradient norm ${gradientNorm}) in epoch ${epoch + 1}, step ${step + 1}: ` +
      'the last checkpoint is kept; go on from it with a lower learning rate, or with clipNorm',
    { ids: { epoch, step } },
  );
}

function requireWholeEpoch({ epoch, step }: Position, steps: number): void {
  if (step === steps && steps > 0) return;
  throw new FiducialError('INTERNAL', `Expected ${steps} batches in epoch ${epoch + 1}, got ${step}`);
}

async function evaluate({ tf, model, evaluate }: FitOptions, trainer: Trainer, epoch: number) {
  if (!evaluate) return {};
  return trainer.withAverage(() => evaluate((images, count) => predict(tf, model, images, count), epoch));
}

/** The metric where it is the lowest so far, else null. */
function isBest(metric: string | undefined, best: Position['best'], metrics: Record<string, number>): number | null {
  if (metric === undefined) return null;
  const value = metrics[metric];
  if (value === undefined) {
    const known = Object.keys(metrics).join(', ') || 'none';
    throw new FiducialError(
      'INVALID_CONFIG',
      `Expected evaluate to give the metric ${metric} that chooses, got: ${known}`,
    );
  }
  return Number.isFinite(value) && (best === null || value < best.value) ? value : null;
}

function result(outcome: FitResult['outcome'], trainer: Trainer, { history, best }: Position): FitResult {
  const values = new Map([...trainer.best].map(([name, array]) => [name, array.slice()]));
  return { outcome, history, values, best };
}

function capture(trainer: Trainer, recipe: unknown, position: Position): Checkpoint {
  const { model, optimiser, average } = trainer;
  const arrays = new Map<string, Float32Array>();
  for (const [name, values] of model.params.values) arrays.set(`value/${name}`, values);
  for (const [name, { first, second }] of optimiser.moments)
    arrays.set(`first/${name}`, first).set(`second/${name}`, second);
  for (const [name, values] of average ?? []) arrays.set(`average/${name}`, values);
  return { architecture: model.graph.architecture, recipe, position, arrays };
}

async function restore(store: CheckpointStore, trainer: Trainer): Promise<Position | null> {
  const bytes = await store.load(LAST);
  if (!bytes) return null;
  const checkpoint = decodeCheckpoint(bytes);
  trainer.restore(checkpoint);
  return checkpoint.position;
}
