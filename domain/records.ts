/**
 * The schemas of what is stored and sent. Everything read back is parsed by them; nothing is cast.
 * Field order here is the order in stored JSON, so that equal records are equal bytes.
 */
import { z } from 'zod';
import { ITEM_ERROR_CODES, type ItemErrorCode, OPERATION_ERROR_CODES, type OperationErrorCode } from './errors.ts';
import { LAYOUT_IDS } from './layouts.ts';

/** A path segment of ours: projects, batches, runs, model names and versions, data sets. */
export const slugSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'expected 1 to 63 characters of a-z 0-9 . _ -, the first a letter or digit');

/** Key of an item relative to its batch's `images/`. 1 to 900 bytes of UTF-8, any characters but NUL. */
export const itemKeySchema = z
  .string()
  .min(1)
  .refine((key) => Buffer.byteLength(key) <= 900, 'expected at most 900 bytes of UTF-8')
  .refine((key) => !key.includes('\0'), 'expected no NUL character');

export const isoDateSchema = z.iso.datetime({ offset: true });
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits');

const finite = z.number();
export const pointSchema = z.tuple([finite, finite]).readonly();
export const boxSchema = z.object({
  left: finite,
  top: finite,
  width: finite.positive(),
  height: finite.positive(),
});

/** A line of `images.jsonl`. `keypoints` are ground truth in pixels of the image as displayed, [K][2]. */
export const manifestEntrySchema = z.object({
  key: itemKeySchema,
  box: boxSchema.nullish(),
  keypoints: z.array(pointSchema).min(1).nullish(),
  layout: z.enum(LAYOUT_IDS).nullish(),
  group: z.string().max(200).nullish(),
});
export type ManifestEntry = z.infer<typeof manifestEntrySchema>;

export const CROP_RULES = ['box', 'detect', 'whole'] as const;
export const cropRuleSchema = z.enum(CROP_RULES);
export type CropRule = z.infer<typeof cropRuleSchema>;

/** `name`, `name@version` or `name@alias`; `shared/name` looks in `shared/` only. */
export const modelReferenceSchema = z
  .string()
  .regex(
    /^(shared\/)?[a-z0-9][a-z0-9._-]{0,62}(@[a-zA-Z0-9][a-zA-Z0-9._-]{0,62})?$/,
    'expected NAME, NAME@VERSION or NAME@ALIAS',
  );

/** Body of `commits/<project>/<batch>/<commit>.json`. Its creation starts the run. */
export const commitSchema = z.object({
  model: modelReferenceSchema,
  /** Default: the model card's. */
  crop: cropRuleSchema.nullish(),
  /** Fraction of items that may fail before the run counts as failed (exit code 3). */
  errorThreshold: z.number().min(0).max(1).default(0),
  /** A run of the same batch: what it scored is copied, what failed is scored again. */
  retryOf: slugSchema.nullish(),
  committedAt: isoDateSchema,
  /** Makes two commits of one content differ. */
  nonce: z.string().max(64).nullish(),
});
export type Commit = z.infer<typeof commitSchema>;

export const itemErrorSchema = z.object({
  code: z.enum(Object.keys(ITEM_ERROR_CODES) as [ItemErrorCode, ...ItemErrorCode[]]),
  message: z.string(),
});
export type ItemError = z.infer<typeof itemErrorSchema>;

export const operationErrorSchema = z.object({
  code: z.enum(Object.keys(OPERATION_ERROR_CODES) as [OperationErrorCode, ...OperationErrorCode[]]),
  message: z.string(),
});

export const modelPinSchema = z.object({
  /** The project that holds it, or `shared`. */
  owner: slugSchema,
  name: slugSchema,
  version: slugSchema,
  sha256: sha256Schema,
  layout: z.enum(LAYOUT_IDS),
  points: z.int().positive(),
});
export type ModelPin = z.infer<typeof modelPinSchema>;

/** `run.json`: everything that decides the results, pinned when the run was planned. */
export const runSchema = z.object({
  run: slugSchema,
  project: slugSchema,
  batch: slugSchema,
  commit: z.string(),
  model: modelPinSchema,
  /** sha256 of the detector's ONNX file where `crop` is `detect`. */
  detector: sha256Schema.nullable(),
  crop: cropRuleSchema,
  errorThreshold: z.number(),
  retryOf: slugSchema.nullable(),
  codeVersion: z.string(),
  /** The plan attempt that won; its shards are the run's. */
  attempt: slugSchema,
  items: z.int().nonnegative(),
  shards: z.int().nonnegative(),
  shardSize: z.int().positive(),
  /** Digest of the ground truth in the manifest; null where it has none. */
  truth: sha256Schema.nullable(),
  /** How many images the model was trained on, by their digests in the plan; absent where that is not known. */
  imagesSeen: z.int().nonnegative().optional(),
  committedAt: isoDateSchema,
});
export type Run = z.infer<typeof runSchema>;

export const rejectedSchema = z.object({
  run: slugSchema,
  project: slugSchema,
  batch: slugSchema,
  commit: z.string(),
  error: operationErrorSchema,
  committedAt: isoDateSchema,
});
export type Rejected = z.infer<typeof rejectedSchema>;

/** One face of the ground truth. `layout` is the truth's own, which may have more points than the model's. */
export const truthFaceSchema = z.object({
  box: boxSchema.nullable(),
  keypoints: z.array(pointSchema).nullable(),
  layout: z.enum(LAYOUT_IDS).nullable(),
  group: z.string().nullable(),
});
export type TruthFace = z.infer<typeof truthFaceSchema>;

/**
 * A line of a planned shard. `etag` is null where the manifest names an object that was not there.
 * Under the crop rules `box` and `whole` each manifest line is an item and `truths` holds that line alone; under
 * `detect` the lines of one key are one item.
 */
export const planItemSchema = z.object({
  key: itemKeySchema,
  etag: z.string().nullable(),
  bytes: z.int().nonnegative().nullable(),
  /** The line's box, which the crop rule `box` uses. */
  box: boxSchema.nullable(),
  truths: z.array(truthFaceSchema),
  /** Where `retryOf` found this item scored: its shard and line in that run. */
  copyOf: z.object({ shard: z.string(), line: z.int().nonnegative() }).nullable(),
});
export type PlanItem = z.infer<typeof planItemSchema>;

export const BOX_SOURCES = ['given', 'detected', 'whole'] as const;

/** Interocular and other normalised errors of one face, as fractions. */
export const nmeSchema = z.record(z.string(), z.number());

export const faceSchema = z.object({
  box: boxSchema,
  boxSource: z.enum(BOX_SOURCES),
  /** [K][2], pixels of the image as displayed. */
  keypoints: z.array(pointSchema),
  /** Detection confidence, 0 to 1; null where the box was given. */
  score: z.number().nullable(),
  /** Mean absolute error: sum(|dx| + |dy|) / 2K, pixels; null without truth. */
  maePx: z.number().nullable(),
  nme: nmeSchema.nullable(),
});
export type Face = z.infer<typeof faceSchema>;

/** A line of predictions. */
export const predictionSchema = z.object({
  key: itemKeySchema,
  outcome: z.enum(['scored', 'failed']),
  /** As displayed, pixels; null where the image could not be read. */
  width: z.int().positive().nullable(),
  height: z.int().positive().nullable(),
  error: itemErrorSchema.nullable(),
  faces: z.array(faceSchema),
  /** Whether the model was trained on this very image (its bytes); absent where that is not known. */
  seen: z.boolean().optional(),
});
export type Prediction = z.infer<typeof predictionSchema>;

export const doneSchema = z.object({
  run: slugSchema,
  items: z.int().nonnegative(),
  scored: z.int().nonnegative(),
  failed: z.int().nonnegative(),
  errors: z.record(z.string(), z.int().positive()),
  /** True where failed / items is above the commit's threshold. */
  aboveThreshold: z.boolean(),
  finishedAt: isoDateSchema,
});
export type Done = z.infer<typeof doneSchema>;

export const cancelledSchema = z.object({ run: slugSchema, cancelledAt: isoDateSchema });

/** Messages on the queues, besides the storage's own events. */
export const planMessageSchema = z.object({
  kind: z.literal('plan'),
  project: slugSchema,
  batch: slugSchema,
  commit: z.string(),
});
export const scoreMessageSchema = z.object({
  kind: z.literal('score'),
  project: slugSchema,
  run: slugSchema,
  shard: z.string().regex(/^\d{6}$/),
  /** Whether the shard may have been scored before; absent where that is not known, as in messages of earlier releases. */
  again: z.boolean().optional(),
  /** How many images it has, or items without one; absent in messages of earlier releases. */
  items: z.int().positive().optional(),
});
export type ScoreMessage = z.infer<typeof scoreMessageSchema>;
export const trainMessageSchema = z.object({ kind: z.literal('train'), project: slugSchema, training: slugSchema });
export type TrainMessage = z.infer<typeof trainMessageSchema>;
