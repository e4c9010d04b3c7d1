/** A recipe's fit, read top to bottom: backend, network, pretrained weights, batches, fit, what it gives. */
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { batches, stepsPerEpoch } from '../augment/batches.ts';
import { type BatchPool, createInlinePool, createThreadPool } from '../augment/pool.ts';
import { createRng } from '../augment/rng.ts';
import { labelShiftOf } from '../augment/steps.ts';
import { type Backend, type BackendName, openBackend } from '../backends/index.ts';
import type { BatchSource } from '../fit/batch.ts';
import type { EpochRecord } from '../fit/checkpoint.ts';
import type { CheckpointStore } from '../fit/checkpointStore.ts';
import { type FitResult, fitModel, type StepRecord } from '../fit/fit.ts';
import { buildModel, type Model } from '../nn/model.ts';
import { calibrateBatchNorm } from '../nn/pretrained/calibrate.ts';
import type { Imported } from '../nn/pretrained/import.ts';
import type { Recipe } from '../recipes/schema.ts';
import type { TrainingData } from './data.ts';
import { evaluate } from './evaluate.ts';
import { frozenNodes, mirrorOf, networkOf } from './network.ts';
import { importPretrained } from './pretrained.ts';

export interface FitRecipeOptions {
  /** Null: the best there is. */
  readonly backend: BackendName | null;
  readonly checkpoints: CheckpointStore | null;
  readonly resume: boolean;
  /** Threads that augment; 0: the training thread itself. */
  readonly threads: number;
  readonly signal?: AbortSignal;
  readonly onStep?: (record: StepRecord) => void;
  readonly onEpoch?: (record: EpochRecord) => void | Promise<void>;
  readonly onBackend?: (name: BackendName) => void | Promise<void>;
  readonly onPretrained?: (report: Imported['report']) => void;
}

export interface Fitted {
  readonly backend: Backend;
  readonly model: Model;
  readonly result: FitResult;
  readonly pretrained: Imported['report'] | null;
}

/** Images that batch norm statistics are measured on where pretrained weights came folded. */
const CALIBRATION_IMAGES = 96;
const CALIBRATION_BATCH = 32;

/** Throws as `openBackend`, `importWeights` and `fitModel` do. The caller disposes the model. */
export async function fitRecipe(recipe: Recipe, data: TrainingData, options: FitRecipeOptions): Promise<Fitted> {
  const backend = await openBackend(options.backend);
  await options.onBackend?.(backend.name);
  const pool = options.threads > 0 ? createThreadPool(options.threads) : createInlinePool();
  try {
    const graph = networkOf(recipe);
    const imported = recipe.pretrained === null ? null : await importPretrained(recipe.pretrained, graph);
    const model = buildModel(backend.tf, graph, {
      rng: createRng(recipe.seed, 0x1417),
      frozen: frozenNodes(recipe, imported !== null),
      ...(imported ? { values: imported.values } : {}),
    });
    if (imported) {
      options.onPretrained?.(imported.report);
      calibrateBatchNorm(backend.tf, model, imported, await calibrationImages(recipe, data, pool, backend));
    }
    const held = data.val ?? data.test;
    const flip = recipe.flipTest ? mirrorOf(recipe) : null;
    const result = await fitModel({
      tf: backend.tf,
      model,
      batches: batchSource(recipe, data, pool),
      epochs: recipe.epochs,
      loss: recipe.loss,
      optimiser: recipe.optimiser,
      schedule: recipe.schedule,
      ema: recipe.ema,
      pretrained: pretrainedNames(model, imported),
      recipe,
      evaluate: async (predict) => {
        const { mse, metrics } = await evaluate(held, predict, {
          layout: recipe.target.layout,
          flip,
          labelShift: labelShiftOf(recipe.augmentation),
        });
        return { mse, maePx: metrics.maePx ?? Number.NaN, nme: metrics.nme.interOcular ?? Number.NaN };
      },
      ...(data.val ? { chooseBy: 'mse' } : {}),
      checkpoints: options.checkpoints,
      resume: options.resume,
      ...(options.signal ? { signal: options.signal } : {}),
      ...(options.onStep ? { onStep: options.onStep } : {}),
      ...(options.onEpoch ? { onEpoch: options.onEpoch } : {}),
    });
    model.params.load(result.values);
    return { backend, model, result, pretrained: imported?.report ?? null };
  } finally {
    await pool.close();
  }
}

export function batchSource(recipe: Recipe, { train }: TrainingData, pool: BatchPool): BatchSource {
  const { batchSize, seed, augmentation } = recipe;
  const dropLast = train.samples.length >= batchSize;
  return {
    stepsPerEpoch: stepsPerEpoch(train.samples.length, { batchSize, dropLast }),
    epoch: (epoch, fromStep) =>
      batches({ table: train.table, pool, augmentation, batchSize, seed, epoch, startStep: fromStep, dropLast }),
  };
}

async function calibrationImages(recipe: Recipe, { train }: TrainingData, pool: BatchPool, { tf }: Backend) {
  const { width, height } = recipe.input;
  const images: Tensor4D[] = [];
  const wanted = Math.min(CALIBRATION_IMAGES, train.samples.length);
  const source = batches({
    table: train.table,
    pool,
    augmentation: recipe.augmentation,
    batchSize: Math.min(CALIBRATION_BATCH, wanted),
    seed: recipe.seed,
    epoch: 0,
  });
  for await (const batch of source) {
    images.push(tf.tensor4d(batch.images, [batch.indices.length, height, width, 3]));
    if (images.length * CALIBRATION_BATCH >= wanted) break;
  }
  return disposing(images);
}

/** Each is disposed when the next is asked for. */
function* disposing(images: readonly Tensor4D[]): Generator<Tensor4D> {
  for (const image of images) {
    yield image;
    image.dispose();
  }
}

function pretrainedNames({ params }: Model, imported: Imported | null): ReadonlySet<string> {
  if (!imported) return new Set();
  const fresh = new Set(imported.report.fresh);
  return new Set(params.specs.map(({ name }) => name).filter((name) => !fresh.has(name)));
}
