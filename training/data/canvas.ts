/**
 * Training canvases: every face cut out once, antialiased, held in memory as bytes that worker threads share.
 * Augmentation warps these; evaluation takes canvases of the network's own crop as they are.
 */

import pLimit from 'p-limit';
import type { Box, Size, Transform } from '../../domain/geometry.ts';
import { boxToBox, squareAround } from '../../domain/geometry.ts';
import type { CropSpec } from '../../domain/modelCard.ts';
import { cutOut } from './cutOut.ts';
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
        const cut = await cutOut(sample.image, (size) => region(sample, size, spec, rule), spec);
        pixels.set(cut.pixels, index * bytes);
        options.onProgress?.(++done, samples.length);
        return { imageToCanvas: cut.transform, size: cut.size };
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

/** What part of the image the crop is meant to show, in pixels of the image. */
export function region(sample: Sample, size: Size, spec: CropSpec, rule: CanvasRule): Box {
  if (rule === 'whole') return fitted({ left: 0, top: 0, ...size }, spec);
  if (!sample.box) throw invalidDataset(sample.image, null, 'a box for the crop rule `box`', 'none');
  return fitted(squareAround(sample.box, spec.margin), spec);
}

/** `pad`: the smallest box of the crop's aspect that holds it, about its centre. */
function fitted(box: Box, spec: CropSpec): Box {
  if (spec.fit === 'stretch') return box;
  const aspect = spec.width / spec.height;
  const width = Math.max(box.width, box.height * aspect);
  const height = width / aspect;
  return { left: box.left + (box.width - width) / 2, top: box.top + (box.height - height) / 2, width, height };
}

/** From pixels of the image to pixels of the crop that `spec` asks for, before any rounding to whole pixels. */
export function nominalTransform(sample: Sample, size: Size, spec: CropSpec, rule: CanvasRule): Transform {
  const { width, height } = spec;
  return boxToBox(region(sample, size, spec, rule), { left: 0, top: 0, width, height });
}
