/** Augments samples into a batch. Pure: the same seed, epoch and samples give the same bytes on any thread. */
import { applyTransform, composeTransforms, type Transform } from '../../domain/geometry.ts';
import { BT601 } from './colour.ts';
import { type DrawnAugmentation, drawAugmentation } from './draw.ts';
import { applyPixelSteps } from './pixels.ts';
import { createRng } from './rng.ts';
import { type Augmentation, labelShiftOf } from './steps.ts';
import type { SampleTable } from './table.ts';
import { warp } from './warp.ts';

export interface Batch {
  /** Index of the batch within its epoch, from 0. */
  readonly step: number;
  /** [N]: rows of the table. */
  readonly indices: Uint32Array;
  /** [N][height][width][channels], 0 to 255. Grey is BT.601 of the augmented colours. */
  readonly images: Float32Array;
  /** [N][K][2], crop units. */
  readonly targets: Float32Array;
  /** [N][K]: 1 where the point is labelled, else 0. */
  readonly mask: Float32Array;
}

export interface BatchRequest {
  readonly step: number;
  readonly indices: Uint32Array;
  readonly augmentation: Augmentation;
  readonly seed: number;
  readonly epoch: number;
}

export function prepareBatch(table: SampleTable, request: BatchRequest): Batch {
  const { step, indices } = request;
  const n = indices.length;
  const { width, height, channels } = table.input;
  const images = new Float32Array(n * width * height * channels);
  const targets = new Float32Array(n * table.points * 2);
  const mask = new Float32Array(n * table.points);
  const rgb = new Float32Array(width * height * 3);
  indices.forEach((index, row) => {
    const rng = createRng(request.seed, request.epoch, index);
    const drawn = drawAugmentation(request.augmentation, table.input, table.boxSides[index]!, rng);
    const canvas = { ...table.canvas, pixels: canvasPixels(table, index) };
    const transform = composeTransforms(baseTransform(table, index), drawn.transform);
    warp(canvas, transform, table.input, table.input.fill, rgb);
    applyPixelSteps(rgb, table.input, drawn.pixels, rng);
    if (channels === 3) images.set(rgb, row * rgb.length);
    else writeGrey(rgb, images, row * width * height);
    const back = drawn.flipped ? 2 * labelShiftOf(request.augmentation) * width : 0;
    writeTargets(table, index, drawn, back, targets, mask, row);
  });
  return { step, indices, images, targets, mask };
}

function canvasPixels(table: SampleTable, index: number): Uint8Array {
  const bytes = table.canvas.width * table.canvas.height * 3;
  return table.pixels.subarray(index * bytes, (index + 1) * bytes);
}

function baseTransform(table: SampleTable, index: number): Transform {
  const [a, b, c, d, tx, ty] = table.canvasToInput.subarray(index * 6, index * 6 + 6);
  return { a: a!, b: b!, c: c!, d: d!, tx: tx!, ty: ty! };
}

function writeGrey(rgb: Float32Array, images: Float32Array, at: number): void {
  for (let i = 0; i < rgb.length; i += 3) {
    images[at++] = BT601[0] * rgb[i]! + BT601[1] * rgb[i + 1]! + BT601[2] * rgb[i + 2]!;
  }
}

/** `back`: how far to the left labels are moved before the transform, pixels of the input. */
function writeTargets(
  table: SampleTable,
  index: number,
  { transform, flipped }: DrawnAugmentation,
  back: number,
  targets: Float32Array,
  mask: Float32Array,
  row: number,
): void {
  const { points, flip, input } = table;
  for (let k = 0; k < points; k++) {
    const at = (index * points + k) * 2;
    const [x, y] = applyTransform(transform, [table.targets[at]! - back, table.targets[at + 1]!]);
    const to = row * points + (flipped ? flip[k]! : k);
    targets[to * 2] = x / input.width;
    targets[to * 2 + 1] = y / input.height;
    mask[to] = table.mask[index * points + k]!;
  }
}
