import sharp, { type OutputInfo } from 'sharp';
import type { Box, Size, Transform } from '../../domain/geometry.ts';
import type { CropSpec } from '../../domain/modelCard.ts';
import { invalidDataset } from './invalid.ts';

export interface CutOut {
  /** [height][width][3], sRGB. */
  readonly pixels: Uint8Array;
  /** From pixels of the image as displayed to pixels of the cut-out, as really cut: sharp extracts whole pixels. */
  readonly transform: Transform;
  readonly size: Size;
}

/** Throws INVALID_DATASET for an image that can't be read, or of which the region shows nothing. */
export async function cutOut(file: string, regionOf: (size: Size) => Box, spec: CropSpec): Promise<CutOut> {
  try {
    const { data, info } = await sharp(file, { limitInputPixels: 1e8 })
      .autoOrient()
      .toColourspace('srgb')
      .flatten({ background: '#000' })
      .raw()
      .toBuffer({ resolveWithObject: true });
    return await resizeRegion(data, info, regionOf({ width: info.width, height: info.height }), spec);
  } catch (cause) {
    throw invalidDataset(file, null, 'an image that can be read and cut', (cause as Error).message, cause);
  }
}

async function resizeRegion(data: Buffer, info: OutputInfo, region: Box, spec: CropSpec): Promise<CutOut> {
  const size = { width: info.width, height: info.height };
  const x = axis(region.left, region.width, size.width, spec.width);
  const y = axis(region.top, region.height, size.height, spec.height);
  if (x.length <= 0 || y.length <= 0) throw new RangeError('a region outside the image');
  const raw = { raw: { ...size, channels: info.channels as 1 | 3 } };
  const part = await sharp(data, raw)
    .extract({ left: x.from, top: y.from, width: x.length, height: y.length })
    .resize(x.span, y.span, { kernel: spec.kernel, fit: 'fill' })
    .toColourspace('srgb')
    .raw()
    .toBuffer();
  const pixels = new Uint8Array(spec.width * spec.height * 3);
  for (let i = 0; i < pixels.length; i++) pixels[i] = spec.fill[i % 3]!;
  paste(part, x, y, pixels, spec);
  const a = x.span / x.length;
  const d = y.span / y.length;
  const transform = { a, b: 0, c: 0, d, tx: x.at - a * x.from, ty: y.at - d * y.from };
  return { pixels, transform, size };
}

interface Axis {
  /** Whole pixels of the image: `from`, `length`. */
  readonly from: number;
  readonly length: number;
  /** Whole pixels of the crop that they become: `at`, `span`. May reach beyond the crop by less than one. */
  readonly at: number;
  readonly span: number;
}

function axis(start: number, extent: number, size: number, target: number): Axis {
  const from = Math.max(0, Math.floor(start + 1e-6));
  const to = Math.min(size, Math.ceil(start + extent - 1e-6));
  const scale = target / extent;
  const at = Math.round((from - start) * scale);
  const span = Math.max(1, Math.round((to - start) * scale) - at);
  return { from, length: to - from, at, span };
}

function paste(part: Uint8Array, x: Axis, y: Axis, pixels: Uint8Array, { width, height }: Size): void {
  const channels = part.length / (x.span * y.span);
  for (let row = 0; row < y.span; row++) {
    const to = y.at + row;
    if (to < 0 || to >= height) continue;
    for (let column = 0; column < x.span; column++) {
      const at = x.at + column;
      if (at < 0 || at >= width) continue;
      const source = (row * x.span + column) * channels;
      const target = (to * width + at) * 3;
      for (let c = 0; c < 3; c++) pixels[target + c] = part[source + (channels === 1 ? 0 : c)]!;
    }
  }
}
