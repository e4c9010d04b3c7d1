/**
 * In the place of `trainRecipe`: the real fit loop, checkpoints, export and card, on a network of a few hundred
 * parameters and a batch an epoch, so that a job can be trained from beginning to end some hundred times.
 */
import { createRng } from '../../training/augment/rng.ts';
import { openBackend } from '../../training/backends/index.ts';
import { fitModel } from '../../training/fit/fit.ts';
import { buildModel } from '../../training/nn/model.ts';
import { exportOnnx } from '../../training/onnx/export.ts';
import { sealCard, versionOf } from '../../training/packageCard.ts';
import type { Recipe } from '../../training/recipes/schema.ts';
import type { TrainingData } from '../../training/session/data.ts';
import type { Evaluation } from '../../training/session/evaluate.ts';
import type { Trained, TrainOptions } from '../../training/session/train.ts';
import { TINY_SIZE, tinyBatches, tinyHeatmapGraph } from '../training/fixtures/tinyNetworks.ts';

export const EPOCHS = 2;
const STEPS = 1;

const DATA = { datasets: [], train: { samples: [] }, val: null, test: { samples: [] }, split: {} };

export async function tinyTraining(recipe: Recipe, options: TrainOptions): Promise<Trained> {
  const { tf, name } = await openBackend('wasm');
  const { training, modelName, checkpoints, resume, signal, onEpoch, onStep } = options;
  await options.onBegin?.(name, DATA as unknown as TrainingData);
  const model = buildModel(tf, tinyHeatmapGraph(), { rng: createRng(1) });
  try {
    const result = await fitModel({
      tf,
      model,
      batches: tinyBatches(STEPS),
      epochs: EPOCHS,
      loss: { name: 'mse' },
      optimiser: { name: 'adam', learningRate: 1e-2 },
      schedule: { name: 'constant' },
      ema: null,
      recipe: { name: 'tiny' },
      evaluate: async (_, epoch) => ({ mse: 1 / (epoch + 2), maePx: 1, nme: 0.1 }),
      chooseBy: 'mse',
      checkpoints,
      resume,
      ...(signal ? { signal } : {}),
      ...(onEpoch ? { onEpoch } : {}),
      ...(onStep ? { onStep } : {}),
    });
    if (result.outcome === 'aborted') throw new Error('told to stop');
    const onnx = exportOnnx(model.graph, result.values);
    const evaluation = { mse: 0.1, metrics: { maePx: 1, nme: { interOcular: 0.1 } } } as unknown as Evaluation;
    return {
      recipe,
      backend: name,
      history: result.history,
      train: null,
      val: null,
      test: evaluation,
      meanPositionMaePx: 1,
      card: cardOf(training, modelName, onnx),
      onnx,
      split: DATA.split as Trained['split'],
      figures: [
        { file: 'loss.svg', bytes: Buffer.from('<svg/>') },
        { file: 'ced.svg', bytes: Buffer.from('<svg/>') },
      ],
    };
  } finally {
    model.dispose();
  }
}

function cardOf(training: string, name: string, onnx: Uint8Array) {
  const input = {
    width: TINY_SIZE,
    height: TINY_SIZE,
    margin: 1,
    kernel: 'linear',
    fill: [0, 0, 0],
    fit: 'pad',
  } as const;
  return sealCard(
    {
      name,
      version: versionOf(onnx),
      description: 'two squares',
      layout: 'nose1',
      points: 2,
      input: { ...input, fill: [0, 0, 0], channels: 3 },
      crop: 'whole',
      codec: 'crop-units',
      detectorBoxes: {},
      flipTest: false,
      labelShift: 0,
      precision: 'float32',
      recipe: 'tiny',
      trainingRun: training,
      data: [],
      licenceNote: '',
      parityError: 0,
      metrics: [],
      createdAt: '2026-11-24T12:00:00.000Z',
    },
    onnx,
  );
}
