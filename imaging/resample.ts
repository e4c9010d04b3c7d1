/**
 * How a part of an image is read at a size: the steps for libvips, and what they do to coordinates.
 *
 * Extracting first is cheapest, but then JPEG can't be decoded small (libjpeg's scaled inverse DCT). Where that saves
 * much, the whole image is scaled and the part taken from that: libvips computes only the pixels that are asked for.
 */
import type { Sharp } from 'sharp';
import { type Box, boxToBox, type Size, type Transform } from '../domain/geometry.ts';
import type { CropSpec } from '../domain/modelCard.ts';

/**
 * Where an axis is made larger, libvips puts the content half a pixel of the result further right and down than where
 * it belongs (measured for every kernel and factor; making it smaller is exact). The transform says so.
 */
const UPSIZING_SHIFT = 0.5;

export interface Resampling {
  readonly steps: (pixels: Sharp) => Sharp;
  /** From pixels of the image as stored to pixels of the part, as it is really read. */
  readonly transform: Transform;
}

export interface ResampleRequest {
  /** Of the image as stored. */
  readonly stored: Size;
  /** Whole pixels of the image as stored. */
  readonly source: Box;
  readonly target: Size;
  readonly kernel: CropSpec['kernel'];
  /** Whether the image is a JPEG that was not decoded yet. */
  readonly shrinkOnLoad: boolean;
}

export function resampling(request: ResampleRequest): Resampling {
  return (request.shrinkOnLoad && shrunk(request)) || extracted(request);
}

function extracted({ stored, source, target, kernel }: ResampleRequest): Resampling {
  const { left, top, width, height } = source;
  const whole = width === stored.width && height === stored.height;
  const same = width === target.width && height === target.height;
  const steps = (pixels: Sharp) => {
    const part = whole ? pixels : pixels.extract({ left, top, width, height });
    return same ? part : part.resize({ ...target, fit: 'fill', kernel, fastShrinkOnLoad: false });
  };
  const placed = boxToBox(source, { left: 0, top: 0, ...target });
  const shift = (from: number, to: number) => (to > from ? UPSIZING_SHIFT : 0);
  const transform = {
    ...placed,
    tx: placed.tx + shift(width, target.width),
    ty: placed.ty + shift(height, target.height),
  };
  return { steps, transform };
}

/** Null where decoding small would leave less than twice the target. */
function shrunk({ stored, source, target, kernel }: ResampleRequest): Resampling | null {
  const scaled = {
    width: Math.round((stored.width * target.width) / source.width),
    height: Math.round((stored.height * target.height) / source.height),
  };
  const shrink = jpegShrink(stored, scaled);
  if (shrink === 1) return null;
  const [a, left] = shrunkAxis(stored.width, scaled.width, shrink, source.left, target.width);
  const [d, top] = shrunkAxis(stored.height, scaled.height, shrink, source.top, target.height);
  const whole = scaled.width === target.width && scaled.height === target.height;
  const steps = (pixels: Sharp) => {
    const resized = pixels.resize({ ...scaled, fit: 'fill', kernel, fastShrinkOnLoad: false });
    return whole ? resized : resized.extract({ left, top, ...target });
  };
  return { steps, transform: { a, b: 0, c: 0, d, tx: -left, ty: -top } };
}

/** The factor that sharp chooses without `fastShrinkOnLoad` (src/pipeline.cc): at least twice the target is left. */
export function jpegShrink(from: Size, to: Size): 1 | 2 | 4 | 8 {
  const shrink = Math.min(from.width / to.width, from.height / to.height);
  if (shrink >= 16) return 8;
  if (shrink >= 8) return 4;
  return shrink >= 4 ? 2 : 1;
}

/** A JPEG decoded small has floor(size / shrink) pixels: libvips leaves out the last one where it is a part only. */
function shrunkAxis(
  stored: number,
  scaled: number,
  shrink: number,
  start: number,
  length: number,
): [scale: number, offset: number] {
  const scale = scaled / (shrink * Math.max(1, Math.floor(stored / shrink)));
  return [scale, Math.max(0, Math.min(Math.round(start * scale), scaled - length))];
}
