/**
 * The model package is an ONNX file and this card. The graph takes `image`, uint8 [N, H, W, 3] sRGB as decoded, and
 * gives `keypoints`, float32 [N, K, 2] in crop units, and optionally `confidence`, float32 [N, K], 0 to 1.
 * Normalisation and grey conversion (BT.601) are inside the graph.
 */
import { z } from 'zod';
import { LAYOUT_IDS } from './layouts.ts';
import { cropRuleSchema, isoDateSchema, sha256Schema, slugSchema } from './records.ts';

export const CROP_KERNELS = ['linear', 'cubic', 'mitchell', 'lanczos2', 'lanczos3'] as const;

/** How an image and a box become the network's input. The one `crop()` reads nothing else. */
export const cropSpecSchema = z.object({
  width: z.int().positive(),
  height: z.int().positive(),
  /** Side of the crop as a multiple of the longer side of the box. Not used by `whole`. */
  margin: z.number().positive().default(1),
  kernel: z.enum(CROP_KERNELS).default('linear'),
  /** Colour of what lies outside the image, 0 to 255. */
  fill: z.tuple([z.int(), z.int(), z.int()]).default([0, 0, 0]),
  /** `stretch`: each axis on its own, as the reference does with whole images. `pad`: aspect kept, centred. */
  fit: z.enum(['stretch', 'pad']).default('pad'),
});
export type CropSpec = z.infer<typeof cropSpecSchema>;

/** Takes a detector's box to the box the network was trained on: shift in sides of the box, then scale about its centre. */
export const boxAdjustmentSchema = z.object({ dx: z.number(), dy: z.number(), scale: z.number().positive() });
export type BoxAdjustment = z.infer<typeof boxAdjustmentSchema>;

export const namedMetricsSchema = z.object({
  set: z.string(),
  n: z.int().nonnegative(),
  missed: z.int().nonnegative(),
  maePx: z.number().nullable(),
  nme: z.record(z.string(), z.number()),
  note: z.string().nullish(),
});

export const modelCardSchema = z.object({
  name: slugSchema,
  version: slugSchema,
  /** Of `model.onnx`. */
  sha256: sha256Schema,
  bytes: z.int().positive(),
  description: z.string(),
  layout: z.enum(LAYOUT_IDS),
  points: z.int().positive(),
  input: cropSpecSchema.extend({ channels: z.union([z.literal(1), z.literal(3)]) }),
  /** The rule where a commit names none. */
  crop: cropRuleSchema,
  codec: z.literal('crop-units'),
  /** By detector name. */
  detectorBoxes: z.record(z.string(), boxAdjustmentSchema).default({}),
  /** Whether to average with the mirror image. */
  flipTest: z.boolean().default(false),
  /** How far right of mirror symmetry the labels it learnt lie, crop units: what the mirror image's answer lacks twice. */
  labelShift: z.number().default(0),
  /** Crop again around the first pass's points. Null: one pass. */
  secondPass: z.object({ margin: z.number().positive() }).nullish(),
  precision: z.enum(['float32', 'int8']).default('float32'),
  quantizedFrom: sha256Schema.nullish(),
  recipe: z.string().nullable(),
  trainingRun: z.string().nullable(),
  /** What it was trained on, and that data's licence, in words for people. */
  data: z.array(
    z.object({ name: z.string(), images: z.int().nonnegative(), licence: z.string(), digest: sha256Schema.nullish() }),
  ),
  licenceNote: z.string(),
  pretraining: z.string().nullish(),
  /** Largest difference between the exported graph and what it came from, in crop units; null for imports. */
  parityError: z.number().nullable(),
  metrics: z.array(namedMetricsSchema),
  createdAt: isoDateSchema,
});
export type ModelCard = z.infer<typeof modelCardSchema>;

export const aliasSchema = z.object({
  version: slugSchema,
  previous: slugSchema.nullable(),
  nonce: z.string(),
  updatedAt: isoDateSchema,
});
export type Alias = z.infer<typeof aliasSchema>;
