/** A whole training run, from folders to a model package and its figures. Reads top to bottom. */
import { FiducialError } from '../../domain/errors.ts';
import type { ModelCard } from '../../domain/modelCard.ts';
import { batches } from '../augment/batches.ts';
import { createInlinePool } from '../augment/pool.ts';
import { labelShiftOf } from '../augment/steps.ts';
import type { BackendName } from '../backends/index.ts';
import type { SplitRecord } from '../data/split.ts';
import { renderPng, renderSvg } from '../figures/render.ts';
import { cedCurves, errorByKeypoint, type LossPoint, lossCurves } from '../figures/specs/index.ts';
import type { EpochRecord } from '../fit/checkpoint.ts';
import { predict } from '../fit/step.ts';
import { exportOnnx } from '../onnx/export.ts';
import { checkParity } from '../onnx/parity.ts';
import type { ImageBatch, OpenSession } from '../onnx/session.ts';
import type { Recipe } from '../recipes/schema.ts';
import { cardOf } from './card.ts';
import { type DataOptions, loadTrainingData, type PartData, type TrainingData } from './data.ts';
import { type Evaluation, evaluate, meanPositionError } from './evaluate.ts';
import { type FitRecipeOptions, type Fitted, fitRecipe } from './fitRecipe.ts';
import { mirrorOf } from './network.ts';
import { annotatedSamples, augmentedSamples, firstLayerKernels, goodAndBad } from './pictures.ts';

export interface TrainOptions extends FitRecipeOptions, Omit<DataOptions, 'signal'> {
  readonly training: string;
  readonly modelName: string;
  readonly codeVersion: string;
  /** Runs the exported graph, for the parity check. */
  readonly open: OpenSession;
  readonly onData?: (data: TrainingData) => void;
  /** When backend and data are there, before the first step. */
  readonly onBegin?: (backend: BackendName, data: TrainingData) => void | Promise<void>;
}

export interface Trained {
  readonly recipe: Recipe;
  readonly backend: string;
  readonly history: readonly EpochRecord[];
  readonly train: Evaluation | null;
  readonly val: Evaluation | null;
  readonly test: Evaluation;
  /** MAE in pixels of always answering the training set's mean position, on the test part. */
  readonly meanPositionMaePx: number;
  readonly card: ModelCard;
  readonly onnx: Uint8Array;
  readonly split: SplitRecord;
  readonly figures: readonly Figure[];
}

export interface Figure {
  readonly file: string;
  readonly bytes: Buffer;
}

/** Throws ABORTED when told to stop (what was done is in the checkpoint), and as its steps do. */
export async function trainRecipe(recipe: Recipe, options: TrainOptions): Promise<Trained> {
  const data = await loadTrainingData(recipe, options);
  options.onData?.(data);
  const { onBegin } = options;
  const fitted = await fitRecipe(recipe, data, {
    ...options,
    ...(onBegin ? { onBackend: (name) => onBegin(name, data) } : {}),
  });
  try {
    if (fitted.result.outcome === 'aborted') {
      throw new FiducialError('ABORTED', 'The training was told to stop; its checkpoint is kept, go on with --resume', {
        ids: { training: options.training },
      });
    }
    const run = (images: Uint8Array, count: number) => predict(fitted.backend.tf, fitted.model, images, count);
    const measure = (part: PartData) =>
      evaluate(part, run, {
        layout: recipe.target.layout,
        flip: recipe.flipTest ? mirrorOf(recipe) : null,
        labelShift: labelShiftOf(recipe.augmentation),
      });
    const train = data.train.canvases.spec === data.test.canvases.spec ? await measure(data.train) : null;
    const val = data.val ? await measure(data.val) : null;
    const test = await measure(data.test);
    const onnx = exportOnnx(fitted.model.graph, fitted.result.values, {
      metadata: { recipe: recipe.name, training: options.training },
    });
    const parityError = await checkParity({
      onnxBytes: onnx,
      open: options.open,
      forward: (images) => run(images.data, images.shape[0]),
      samples: paritySamples(data.test),
    });
    const card = cardOf({ recipe, data, fitted, onnx, parityError, val, test, ...options });
    const figures = await figuresOf(recipe, data, fitted, test);
    const meanPositionMaePx = meanPositionError(data.train, data.test, recipe.target.layout);
    const { backend, result } = fitted;
    return {
      recipe,
      backend: backend.name,
      history: result.history,
      train,
      val,
      test,
      meanPositionMaePx,
      card,
      onnx,
      split: data.split,
      figures,
    };
  } finally {
    fitted.model.dispose();
  }
}

const PARITY_IMAGES = 32;
const PARITY_BATCH = 8;

function paritySamples({ table, samples }: PartData): ImageBatch[] {
  const { width, height } = table.canvas;
  const bytes = width * height * 3;
  const count = Math.min(PARITY_IMAGES, samples.length);
  const chunks: ImageBatch[] = [];
  for (let from = 0; from < count; from += PARITY_BATCH) {
    const to = Math.min(count, from + PARITY_BATCH);
    chunks.push({ data: table.pixels.slice(from * bytes, to * bytes), shape: [to - from, height, width, 3] });
  }
  return chunks;
}

async function figuresOf(
  recipe: Recipe,
  data: TrainingData,
  { result, model }: Fitted,
  test: Evaluation,
): Promise<Figure[]> {
  const losses = lossPoints(recipe, result.history);
  const specs = {
    loss: lossCurves(losses, { title: `${recipe.name}: loss`, heldOut: data.val ? 'val' : 'test' }),
    keypoints: errorByKeypoint(test.metrics.perKeypoint, { title: `${recipe.name}: error by keypoint, test` }),
    ...(test.metrics.ced.length > 0
      ? { ced: cedCurves([{ label: 'test', ced: test.metrics.ced }], { title: `${recipe.name}: CED, test` }) }
      : {}),
  };
  const figures: Figure[] = [];
  for (const [name, spec] of Object.entries(specs)) {
    figures.push(
      { file: `${name}.svg`, bytes: Buffer.from(await renderSvg(spec)) },
      { file: `${name}.png`, bytes: await renderPng(spec) },
    );
    figures.push({ file: `${name}.vl.json`, bytes: Buffer.from(JSON.stringify(spec)) });
  }
  figures.push({ file: 'samples.png', bytes: await annotatedSamples(data.train, 12) });
  figures.push({ file: 'augmented.png', bytes: await augmentedPicture(recipe, data) });
  figures.push({ file: 'predictions.png', bytes: await goodAndBad(data.test, test.faces, 6) });
  figures.push({ file: 'kernels.png', bytes: await firstLayerKernels(model.graph, result.values) });
  return figures;
}

/** Held-out loss is the mean squared error of the coordinates; the reference recipes train on just that. */
function lossPoints({ loss }: Recipe, history: readonly EpochRecord[]): LossPoint[] {
  const same = loss.name === 'mse';
  return history.map(({ epoch, trainLoss, metrics }) => ({
    epoch: epoch + 1,
    train: trainLoss,
    heldOut: metrics[same ? 'mse' : 'loss'] ?? metrics.mse!,
  }));
}

async function augmentedPicture(
  { augmentation, seed, input, target }: Recipe,
  { train }: TrainingData,
): Promise<Buffer> {
  const source = batches({ table: train.table, pool: createInlinePool(), augmentation, batchSize: 12, seed, epoch: 0 });
  for await (const batch of source) return augmentedSamples(batch, input, target.points);
  throw new RangeError('Expected a batch, got none');
}
