/**
 * A recipe is a value that says everything about a training run. What is not in it is recorded by the run (code
 * version, backend, digests of the data). Every field can be overridden by `--set key=value`.
 */
import { z } from 'zod';
import { LAYOUT_IDS } from '../../domain/layouts.ts';
import { cropSpecSchema } from '../../domain/modelCard.ts';
import { cropRuleSchema } from '../../domain/records.ts';
import { augmentationSchema } from '../augment/steps.ts';

const positive = z.number().positive();
const fraction = z.number().min(0).max(1);

/** Which points of the labels are learnt. */
const targetSchema = z.object({
  layout: z.enum(LAYOUT_IDS),
  /** For `nose1`: whether the labels' layouts are mapped to their nose. */
  points: z.int().positive(),
});

/** Beside the loss of coordinates: weight of the heatmaps' divergence from a Gaussian of so many cells. */
const heatmapTerm = { heatmapWeight: z.number().min(0).default(0), heatmapSigma: positive.default(1) };

/** How people are parted. Each says on which side a person is; the val part chooses, the test part is looked at once. */
const splitSchema = z.discriminatedUnion('by', [
  /** Fold `fold` of `folds` is the test; each person is tested in one fold. */
  z.object({ by: z.literal('fold'), folds: z.int().min(2), fold: z.int().min(0) }),
  z.object({ by: z.literal('person'), test: fraction }),
  /** sha256 of the photo's key; parts that the data set gives are kept. */
  z.object({ by: z.literal('hash'), train: fraction, val: fraction }),
]);

export const architectureSchema = z.discriminatedUnion('name', [
  z.object({ name: z.literal('nose'), channels: z.array(z.int().positive()).length(3), kernel: z.int().positive() }),
  z.object({
    name: z.literal('face58'),
    channels: z.array(z.int().positive()).length(6),
    kernel: z.int().positive(),
    hidden: z.int().positive(),
  }),
  z.object({ name: z.literal('resnet18'), hidden: z.int().positive(), frozen: z.array(z.string()) }),
  z.object({
    name: z.literal('face68'),
    headChannels: z.tuple([z.int(), z.int(), z.int(), z.int()]),
    frozen: z.array(z.string()).default([]),
  }),
]);

const lossSchema = z.discriminatedUnion('name', [
  z.object({ name: z.enum(['mse', 'l1']) }),
  z.object({ name: z.literal('smoothL1'), beta: positive }),
  /** Feng et al., CVPR 2018; w and epsilon in crop units. */
  z.object({ name: z.literal('wing'), w: positive, epsilon: positive, ...heatmapTerm }),
  /** Lin et al., IEEE TIP 2021: linear below w1, Wing's logarithm above, weighed by w2; all in crop units. */
  z.object({ name: z.literal('softWing'), w1: positive, w2: positive, epsilon: positive, ...heatmapTerm }),
]);

const optimiserSchema = z.object({
  name: z.enum(['adam', 'adamw']),
  learningRate: positive,
  weightDecay: z.number().min(0).default(0),
  /** Factor on the learning rate of parameters that came pretrained. */
  pretrainedFactor: positive.default(1),
  /** Of the gradient's norm; null: no clipping. */
  clipNorm: positive.nullable().default(null),
});

const warmupSteps = z.int().min(0).default(0);
const scheduleSchema = z.discriminatedUnion('name', [
  z.object({ name: z.enum(['constant', 'cosine']), warmupSteps }),
  /** The learning rate is multiplied by `factor` after each of so many whole epochs. */
  z.object({ name: z.literal('step'), warmupSteps, afterEpochs: z.array(z.int().positive()).min(1), factor: positive }),
]);

export const recipeSchema = z.object({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  description: z.string(),
  /** Without `--data`: so many rendered faces. */
  synthetic: z.object({ count: z.int().positive(), seed: z.int() }),
  target: targetSchema,
  split: splitSchema,
  input: cropSpecSchema,
  /** Of the network, after decoding: 1 is grey by BT.601. */
  channels: z.union([z.literal(1), z.literal(3)]),
  /** How a face is cut out, for training and, by default, for scoring. */
  crop: cropRuleSchema,
  augmentation: augmentationSchema,
  architecture: architectureSchema,
  /** Folder of .npy files, ONNX file or checkpoint of pretrained weights; null: drawn afresh. */
  pretrained: z.string().nullable(),
  loss: lossSchema,
  optimiser: optimiserSchema,
  schedule: scheduleSchema,
  /** Decay of the moving average of weights that is evaluated and exported; null: the weights themselves. */
  ema: fraction.nullable(),
  epochs: z.int().positive(),
  batchSize: z.int().positive(),
  seed: z.int(),
  /** Whether evaluation averages with the mirror image. */
  flipTest: z.boolean(),
  /** The sweep of the reference work, as `fiducial sweep` runs it without `--grid`. */
  sweep: z.record(z.string(), z.array(z.union([z.number(), z.string()]))).nullish(),
});
export type Recipe = z.infer<typeof recipeSchema>;
