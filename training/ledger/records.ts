/**
 * What a training run writes below `<project>/training/<training>/`, and a sweep at `<project>/sweeps/<sweep>.json`.
 * As with scoring, status is derived from which objects exist.
 *
 *   job.json           what was asked for; written once, by whoever starts it
 *   started.json       what it became: the whole recipe, the backend, the data; written once, by the first trainer
 *   epochs/<n>.json    one an epoch, from 1; written if absent, since a resumed run repeats at most one
 *   figures/<file>     SVG, PNG, CSV
 *   cancelled.json     told to stop; removed when it is resumed. done.json wins over it
 *   done.json          finished or failed
 * The trainer's own: lease.json (who trains, until when), checkpoints/.
 */
import { z } from 'zod';
import { isoDateSchema, modelPinSchema, operationErrorSchema, sha256Schema, slugSchema } from '../../domain/records.ts';

export const BACKEND_NAMES = ['tfjs-node-gpu', 'tfjs-node', 'wasm', 'cpu'] as const;

export const overridesSchema = z.record(z.string().min(1).max(200), z.json());

export const trainingJobSchema = z.object({
  training: slugSchema,
  project: slugSchema,
  /** Name of a recipe that ships. */
  recipe: z.string(),
  /** `optimiser.learningRate` -> value, as `--set` takes them. */
  overrides: overridesSchema,
  /** Folders or annotation files that the trainer can read, or `NAME@VERSION` of the project's data sets; empty: synthetic. */
  data: z.array(z.string().min(1).max(1000)).max(50),
  /** Null: the best that is there. */
  backend: z.string().nullable(),
  /** The sweep that it belongs to. */
  sweep: slugSchema.nullable(),
  /** Name of the registered model. */
  model: slugSchema,
  startedBy: z.string(),
  createdAt: isoDateSchema,
});
export type TrainingJob = z.infer<typeof trainingJobSchema>;

export const trainingStartedSchema = z.object({
  training: slugSchema,
  /** As it runs: the recipe with its overrides. */
  recipe: z.record(z.string(), z.json()),
  backend: z.string(),
  codeVersion: z.string(),
  data: z.array(z.object({ name: z.string(), images: z.int().nonnegative(), digest: sha256Schema.nullable() })),
  /** Faces of each part. */
  faces: z.object({ train: z.int().nonnegative(), val: z.int().nonnegative(), test: z.int().nonnegative() }),
  epochs: z.int().positive(),
  startedAt: isoDateSchema,
});
export type TrainingStarted = z.infer<typeof trainingStartedSchema>;

/** `loss` is the recipe's; `maePx` in pixels of the images; `nme` by the inter-ocular distance, a fraction. */
export const partErrorsSchema = z.object({
  loss: z.number(),
  maePx: z.number().nullable(),
  nme: z.number().nullable(),
});
export type PartErrors = z.infer<typeof partErrorsSchema>;

export const trainingEpochSchema = z.object({
  /** From 1. */
  epoch: z.int().positive(),
  train: partErrorsSchema,
  test: partErrorsSchema,
  learningRate: z.number().nullish(),
  seconds: z.number().nonnegative(),
  /** Of those: how long the network stood idle until a batch was ready. */
  waitedSeconds: z.number().nonnegative().nullish(),
  at: isoDateSchema,
});
export type TrainingEpoch = z.infer<typeof trainingEpochSchema>;

export const trainingDoneSchema = z.object({
  training: slugSchema,
  outcome: z.enum(['finished', 'failed']),
  error: operationErrorSchema.nullable(),
  epochs: z.int().nonnegative(),
  train: partErrorsSchema.nullable(),
  test: partErrorsSchema.nullable(),
  model: modelPinSchema.nullable(),
  seconds: z.number().nonnegative(),
  finishedAt: isoDateSchema,
});
export type TrainingDone = z.infer<typeof trainingDoneSchema>;

export const trainingCancelledSchema = z.object({ training: slugSchema, cancelledAt: isoDateSchema });
export type TrainingCancelled = z.infer<typeof trainingCancelledSchema>;

export const sweepSchema = z.object({
  sweep: slugSchema,
  project: slugSchema,
  recipe: z.string(),
  /** Field of the recipe -> the values tried. */
  grid: z.record(z.string(), z.array(z.json()).min(1)),
  data: z.array(z.string()),
  backend: z.string().nullable(),
  /** In the order of the grid, the last field fastest. */
  trainings: z.array(z.object({ training: slugSchema, overrides: overridesSchema })),
  startedBy: z.string(),
  createdAt: isoDateSchema,
});
export type Sweep = z.infer<typeof sweepSchema>;

export const trainingLeaseSchema = z.object({
  holder: z.string(),
  /** Grows with each holder. */
  counter: z.int().positive(),
  expiresAt: isoDateSchema,
  /** Of the last write: tells a lost response from another writer. */
  nonce: z.string(),
  /** Checkpoint name -> key. */
  checkpoints: z.record(z.string(), z.string()),
});
export type TrainingLeaseRecord = z.infer<typeof trainingLeaseSchema>;
