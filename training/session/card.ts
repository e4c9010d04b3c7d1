/** The card of a trained model: what it is, what it was trained on, what it can do. */

import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { Metrics } from '../../domain/metrics/index.ts';
import type { ModelCard, namedMetricsSchema } from '../../domain/modelCard.ts';
import { labelShiftOf } from '../augment/steps.ts';
import { sealCard, versionOf } from '../packageCard.ts';
import type { Recipe } from '../recipes/schema.ts';
import type { TrainingData } from './data.ts';
import type { Evaluation } from './evaluate.ts';
import type { Fitted } from './fitRecipe.ts';

export interface CardFacts {
  readonly recipe: Recipe;
  readonly data: TrainingData;
  readonly fitted: Fitted;
  readonly onnx: Uint8Array;
  readonly parityError: number;
  readonly val: Evaluation | null;
  readonly test: Evaluation;
  readonly training: string;
  readonly modelName: string;
}

export function cardOf(facts: CardFacts): ModelCard {
  const { recipe, data, onnx, parityError, val, test, training, modelName } = facts;
  const licences = data.datasets.map(({ name, samples }) => ({
    name,
    images: new Set(samples.map(({ image }) => image)).size,
    licence: licenceOf(name, samples[0]?.layout ?? null),
    digest: digestOf(samples.map(({ image }) => data.digests.get(image) ?? '')),
  }));
  const research = licences.some(({ licence }) => licence.startsWith('research'));
  return sealCard(
    {
      name: modelName,
      version: versionOf(onnx),
      description: recipe.description,
      layout: recipe.target.layout,
      points: recipe.target.points,
      input: { ...recipe.input, channels: recipe.channels },
      crop: recipe.crop,
      codec: 'crop-units',
      detectorBoxes: {},
      flipTest: recipe.flipTest,
      labelShift: labelShiftOf(recipe.augmentation),
      precision: 'float32',
      recipe: recipe.name,
      trainingRun: training,
      data: licences,
      licenceNote: research
        ? 'Trained on data that is for research only: so is this model.'
        : 'Trained on data free of any licence: use it as you like.',
      pretraining: pretrainingOf(facts),
      parityError,
      metrics: [...(val ? [named('val', val.metrics)] : []), named('test', test.metrics)],
      createdAt: new Date().toISOString(),
    },
    onnx,
  );
}

function pretrainingOf({ recipe, fitted: { pretrained } }: CardFacts): string | null {
  if (!pretrained) return null;
  const fresh = new Set(pretrained.fresh.map((name) => name.split('.').slice(0, 2).join('.')));
  const source = `${pretrained.imported.length} tensors from ${recipe.pretrained!.split('/').at(-1)} (sha256 ${pretrained.sha256.slice(0, 12)})`;
  if (fresh.size === 0) return `Pretrained: ${source}`;
  return `Partially pretrained: ${source}; drawn afresh: ${[...fresh].join(', ')}`;
}

function named(set: string, metrics: Metrics): z.infer<typeof namedMetricsSchema> {
  const { n, missed, maePx, nme } = metrics;
  return { set, n, missed, maePx, nme };
}

function licenceOf(name: string, layout: string | null): string {
  if (name === 'synthetic') return 'rendered by this project; free of any licence';
  if (layout === 'imm58') return 'research with citation: IMM Face Database (Nordstrøm et al. 2004)';
  if (layout === 'imm73') return 'research with citation: IMM-Frontal (Fagertun and Stegmann 2005)';
  if (/ytf/i.test(name)) return 'research: YouTube Faces with keypoints (Wolf et al. 2011)';
  if (/300|ibug|helen|lfpw|afw/i.test(name)) return 'research only: 300-W (Sagonas et al. 2013)';
  return 'not stated: ask whoever gave you the data';
}

/** Of a data set, by its images, whatever their order. */
function digestOf(images: readonly string[]): string {
  return createHash('sha256')
    .update([...new Set(images)].sort().join('\n'))
    .digest('hex');
}
