/** Errors of a network on samples, in pixels of their images, by the metrics that scoring uses. */
import { cropUnits } from '../../domain/codec.ts';
import type { Point } from '../../domain/geometry.ts';
import type { LayoutId } from '../../domain/layouts.ts';
import {
  evaluateFace,
  type Metrics,
  mergeAll,
  metricsOf,
  type Summary,
  summariseFace,
} from '../../domain/metrics/index.ts';
import type { PartData } from './data.ts';

/** `images` is [count][H][W][3], RGB; gives [count * K * 2] in crop units. */
export type Predict = (images: Uint8Array, count: number) => Float32Array | Promise<Float32Array>;

export interface FaceResult {
  /** Row of the part's samples. */
  readonly index: number;
  /** [K][2], pixels of the image. */
  readonly keypoints: readonly Point[];
  readonly maePx: number;
  readonly nme: number | null;
}

export interface Evaluation {
  /** Mean squared error in crop units, the loss of the reference recipes. */
  readonly mse: number;
  readonly metrics: Metrics;
  readonly faces: readonly FaceResult[];
}

export interface EvaluateOptions {
  readonly layout: LayoutId;
  /** Average with the mirror image; [K], what each point becomes in it. */
  readonly flip: readonly number[] | null;
  /** Crop units: see the augmentation step `flip`. */
  readonly labelShift?: number;
  readonly batchSize?: number;
}

/** The part's canvases must be cut as the network sees them. */
export async function evaluate(part: PartData, predict: Predict, options: EvaluateOptions): Promise<Evaluation> {
  const { table, canvases, samples } = part;
  const { points } = table;
  const summaries: Summary[] = [];
  const faces: FaceResult[] = [];
  let squares = 0;
  const batchSize = options.batchSize ?? 32;
  for (let from = 0; from < samples.length; from += batchSize) {
    const count = Math.min(batchSize, samples.length - from);
    const units = await predictBatch(part, predict, from, count, options);
    for (let row = 0; row < count; row++) {
      const index = from + row;
      const own = units.subarray(row * points * 2, (row + 1) * points * 2);
      squares += squaredError(part, index, own);
      const keypoints = cropUnits.decode(own, canvases.imageToCanvas[index]!, table.input);
      const { keypoints: truth, layout, key, group } = samples[index]!;
      const errors = evaluateFace(keypoints, { keypoints: truth!, layout }, options.layout);
      if (!errors) continue;
      faces.push({ index, keypoints, maePx: errors.maePx, nme: errors.nme.interOcular ?? null });
      summaries.push(summariseFace(errors, { shard: '000000', line: index, face: 0, key, group }, options.layout));
    }
  }
  const metrics = metricsOf(mergeAll(summaries, options.layout, points));
  return { mse: squares / samples.length, metrics, faces };
}

async function predictBatch(
  { table }: PartData,
  predict: Predict,
  from: number,
  count: number,
  { flip, labelShift = 0 }: EvaluateOptions,
): Promise<Float32Array> {
  const bytes = table.canvas.width * table.canvas.height * 3;
  const images = table.pixels.slice(from * bytes, (from + count) * bytes);
  const units = Float32Array.from(await predict(images, count));
  if (!flip) return units;
  const mirrored = await predict(mirror(images, table.canvas.width), count);
  for (let row = 0; row < count; row++) {
    for (let k = 0; k < flip.length; k++) {
      const at = (row * flip.length + k) * 2;
      const other = (row * flip.length + flip[k]!) * 2;
      units[at] = (units[at]! + 1 - mirrored[other]! + 2 * labelShift) / 2;
      units[at + 1] = (units[at + 1]! + mirrored[other + 1]!) / 2;
    }
  }
  return units;
}

/** Rows of RGB pixels, each reversed. */
export function mirror(images: Uint8Array, width: number): Uint8Array {
  const mirrored = new Uint8Array(images.length);
  for (let at = 0; at < images.length; at += 3) {
    const pixel = at / 3;
    const to = (pixel - (pixel % width) + (width - 1 - (pixel % width))) * 3;
    mirrored[to] = images[at]!;
    mirrored[to + 1] = images[at + 1]!;
    mirrored[to + 2] = images[at + 2]!;
  }
  return mirrored;
}

function squaredError({ table }: PartData, index: number, units: Float32Array): number {
  const { points, input, targets } = table;
  let sum = 0;
  for (let k = 0; k < points; k++) {
    const at = (index * points + k) * 2;
    sum +=
      (units[k * 2]! - targets[at]! / input.width) ** 2 + (units[k * 2 + 1]! - targets[at + 1]! / input.height) ** 2;
  }
  return sum / (2 * points);
}

/** MAE in pixels on `test` of always answering the mean position of `train`, in fractions of the crop. */
export function meanPositionError(train: PartData, test: PartData, layout: LayoutId): number {
  const { points, targets, input } = train.table;
  const mean = new Float32Array(points * 2);
  for (let i = 0; i < targets.length; i++)
    mean[i % (points * 2)]! += targets[i]! / (i % 2 === 0 ? input.width : input.height);
  for (let i = 0; i < mean.length; i++) mean[i]! /= train.samples.length;
  let sum = 0;
  test.samples.forEach(({ keypoints, layout: own }, index) => {
    const answer = cropUnits.decode(mean, test.canvases.imageToCanvas[index]!, test.table.input);
    sum += evaluateFace(answer, { keypoints: keypoints!, layout: own }, layout)?.maePx ?? 0;
  });
  return sum / test.samples.length;
}
