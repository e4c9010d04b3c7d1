import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPredictor } from '../../../inference/predictor.ts';
import { openSession } from '../../../inference/runtime.ts';
import { checkSetting, settingsOf } from '../../../training/check/checkModel.ts';
import { face58 } from '../../../training/recipes/face58.ts';
import type { Recipe } from '../../../training/recipes/schema.ts';
import type { TrainingData } from '../../../training/session/data.ts';
import { trainRecipe } from '../../../training/session/train.ts';
import { writeSyntheticSet } from '../../../training/synthetic/writeSyntheticSet.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fiducial-agreement-'));
  // Sizes that no crop divides evenly, so that a half pixel somewhere would show.
  const size = { width: 250, height: 190 };
  await writeSyntheticSet(folder, 24, 3, { layout: 'imm58', photosPerPerson: 1, size, turn: 0.4 });
}, 300_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The network of face58, small enough to learn something in a few seconds on any backend. */
const small: Recipe = {
  ...face58,
  split: { by: 'person', test: 0.5 },
  input: { ...face58.input, width: 80, height: 64 },
  augmentation: [],
  architecture: { name: 'face58', channels: [6, 8, 8, 12, 12, 16], kernel: 3, hidden: 48 },
  optimiser: { ...face58.optimiser, learningRate: 2e-3 },
  epochs: 12,
};

const CUTS = [
  ['the whole image', { crop: 'whole', input: small.input, flipTest: false }],
  ['a box of its own', { crop: 'box', input: { ...small.input, fit: 'pad', margin: 1.3 }, flipTest: true }],
] as const;

describe('the trainer and the scoring path', () => {
  test.each(CUTS)(
    'give the same errors of the same faces: %s',
    async (_, cut) => {
      let data: TrainingData | null = null;
      const trained = await trainRecipe(
        { ...small, ...cut },
        {
          ...{ training: 'agreement', modelName: 'small', codeVersion: 'test', open: openSession, paths: [folder] },
          ...{ cacheFolder: null, backend: 'wasm', checkpoints: null, resume: false, threads: 0 },
          onData: (read) => {
            data = read;
          },
        },
      );
      const { card, onnx, test: evaluation, history } = trained;
      const { samples } = (data as TrainingData | null)!.test;
      const predictor = await createPredictor({ card, bytes: onnx }, { threads: 1 });
      const [setting] = settingsOf(card, { detect: false, shifts: [] });
      const [row] = await checkSetting(predictor, card, 'rendered', samples, setting!).finally(() => predictor.close());
      expect(row).toMatchObject({ n: samples.length, missed: 0 });
      // It has learnt to look at the pixels, so that other pixels would give other answers.
      expect(history.at(-1)!.trainLoss).toBeLessThan(history[0]!.trainLoss / 3);
      const own = evaluation.metrics.nme.interOcular!;
      expect(own).toBeGreaterThan(0.01);
      expect(Math.abs(row!.nme! - own) * 100).toBeLessThan(0.05);
      expect(Math.abs(row!.maePx! - evaluation.metrics.maePx!)).toBeLessThan(0.01);
    },
    300_000,
  );
});
