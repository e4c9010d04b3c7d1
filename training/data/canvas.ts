/**
 * Training canvases: every face cut out once, antialiased, held in memory as bytes that worker threads share.
 * Augmentation warps these; evaluation takes canvases of the network's own crop as they are.
 */
import { readFile } from 'node:fs/promises';
import pLimit from 'p-limit';
import { type Box, boxToBox, type Size, type Transform } from '../../domain/geometry.ts';
import type { CropSpec } from '../../domain/modelCard.ts';
import { type Crop, openImage } from '../../imaging/crop.ts';
import { cropRegion } from '../../imaging/cropPlan.ts';
import { invalidDataset } from './invalid.ts';
import type { Sample } from './sample.ts';

/** `whole`: the image as it is. `box`: the square around the sample's box (300-W boxes may reach outside). */
export type CanvasRule = 'whole' | 'box';

export interface CanvasSet {
  readonly samples: readonly Sample[];
  readonly spec: CropSpec;
  readonly rule: CanvasRule;
  /** [N][height][width][3] of `spec`, on a SharedArrayBuffer. */
  readonly pixels: Uint8Array;
  /** [N]: from pixels of the image to pixels of its canvas, as really cut. */
  readonly imageToCanvas: readonly Transform[];
  /** [N]: of the images as displayed. */
  readonly sizes: readonly Size[];
}

export interface BuildOptions {
  /** Images in flight. Default 4. */
  readonly concurrency?: number;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** About 5 ms an image and core. Throws INVALID_DATASET for an image that can't be read or lacks the box it needs. */
export async function buildCanvases(
  samples: readonly Sample[],
  spec: CropSpec,
  rule: CanvasRule,
  options: BuildOptions = {},
): Promise<CanvasSet> {
  const bytes = spec.width * spec.height * 3;
  const pixels = new Uint8Array(new SharedArrayBuffer(samples.length * bytes));
  const limit = pLimit(options.concurrency ?? 4);
  let done = 0;
  const cuts = await Promise.all(
    samples.map((sample, index) =>
      limit(async () => {
        options.signal?.throwIfAborted();
        const cut = await cutOut(sample, spec, rule);
        pixels.set(cut.pixels, index * bytes);
        options.onProgress?.(++done, samples.length);
        return { imageToCanvas: cut.imageToCrop, size: cut.imageSize };
      }),
    ),
  );
  return {
    samples,
    spec,
    rule,
    pixels,
    imageToCanvas: cuts.map((cut) => cut.imageToCanvas),
    sizes: cuts.map((cut) => cut.size),
  };
}

async function cutOut(sample: Sample, spec: CropSpec, rule: CanvasRule): Promise<Crop> {
  const box = boxOf(sample, rule);
  try {
    const image = await openImage(await readFile(sample.image));
    return await image.crop(box, spec);
  } catch (cause) {
    throw invalidDataset(sample.image, null, 'an image that can be read and cut', (cause as Error).message, cause);
  }
}

function boxOf(sample: Sample, rule: CanvasRule): Box | null {
  if (rule === 'whole') return null;
  if (!sample.box) throw invalidDataset(sample.image, null, 'a box for the crop rule `box`', 'none');
  return sample.box;
}

/** From pixels of the image to pixels of the crop that `spec` asks for, before any rounding to whole pixels. */
export function nominalTransform(sample: Sample, size: Size, spec: CropSpec, rule: CanvasRule): Transform {
  const region = cropRegion(size, boxOf(sample, rule), spec);
  const { width, height } = spec;
  if (spec.fit === 'stretch') return boxToBox(region, { left: 0, top: 0, width, height });
  const scale = Math.min(width / region.width, height / region.height);
  const fitted = { width: region.width * scale, height: region.height * scale };
  return boxToBox(region, { left: (width - fitted.width) / 2, top: (height - fitted.height) / 2, ...fitted });
}
