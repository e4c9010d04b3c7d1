/** Which whole pixels of the image become which whole pixels of the crop. Pure geometry. */
import { FiducialError } from '../domain/errors.ts';
import { type Box, boxToBox, intersectBoxes, type Size, squareAround } from '../domain/geometry.ts';
import type { CropSpec } from '../domain/modelCard.ts';

export interface CropPlan {
  /** In pixels of the image as displayed, inside it. Integers. */
  readonly source: Box;
  /** Where that lands in the crop; the rest of the crop is fill. Integers. */
  readonly target: Box;
}

/** What the crop shows: the square about the box, or the whole image. May reach outside the image. */
export function cropRegion(size: Size, box: Box | null, spec: Pick<CropSpec, 'margin'>): Box {
  return box ? squareAround(box, spec.margin) : { left: 0, top: 0, ...size };
}

/** Throws BAD_BOX where the region shows nothing of the image. */
export function planCrop(size: Size, region: Box, spec: Pick<CropSpec, 'width' | 'height' | 'fit'>): CropPlan {
  const image = { left: 0, top: 0, ...size };
  const seen = isBox(region) && intersectBoxes(region, image) ? wholePixels(region, size) : null;
  const source = seen && intersectBoxes(seen, image);
  if (!seen || !source) throw badBox(region, size);
  const { a, d, tx, ty } = boxToBox(seen, placed(seen, spec));
  const [left, width] = snapped(a * source.left + tx, a * source.width, spec.width);
  const [top, height] = snapped(d * source.top + ty, d * source.height, spec.height);
  return { source, target: { left, top, width, height } };
}

function isBox({ left, top, width, height }: Box): boolean {
  return [left, top, width, height].every(Number.isFinite) && width > 0 && height > 0;
}

function badBox({ left, top, width, height }: Box, size: Size): FiducialError {
  const got = [left, top, width, height].map((value) => Math.round(value * 100) / 100).join(', ');
  return new FiducialError(
    'BAD_BOX',
    `Expected a box with an area that overlaps the image of ${size.width} x ${size.height} pixels, got a crop of ` +
      `(left, top, width, height) = (${got}); correct the box, or score with --crop detect`,
  );
}

/** Sides are rounded, not edges, so that squares stay squares. What lies inside the image stays inside. */
function wholePixels(region: Box, size: Size): Box {
  const [left, width] = wholeSide(region.left, region.width, size.width);
  const [top, height] = wholeSide(region.top, region.height, size.height);
  return { left, top, width, height };
}

function wholeSide(start: number, length: number, limit: number): [start: number, length: number] {
  const whole = Math.max(1, Math.round(length));
  const from = Math.round(start);
  const inside = start >= 0 && start + length <= limit;
  const clamped = inside ? Math.max(0, Math.min(from, limit - whole)) : from;
  return [clamped, inside ? Math.min(whole, limit) : whole];
}

/** Where the whole region lands: all of the crop, or the largest centred part of its shape. Integers. */
function placed({ width, height }: Size, spec: Pick<CropSpec, 'width' | 'height' | 'fit'>): Box {
  if (spec.fit === 'stretch') return { left: 0, top: 0, width: spec.width, height: spec.height };
  const scale = Math.min(spec.width / width, spec.height / height);
  const side = (length: number, limit: number) => Math.min(limit, Math.max(1, Math.round(length * scale)));
  const fitted = { width: side(width, spec.width), height: side(height, spec.height) };
  return {
    left: Math.floor((spec.width - fitted.width) / 2),
    top: Math.floor((spec.height - fitted.height) / 2),
    ...fitted,
  };
}

function snapped(start: number, length: number, limit: number): [start: number, length: number] {
  const from = Math.min(Math.max(0, Math.round(start)), limit - 1);
  const to = Math.min(Math.max(from + 1, Math.round(start + length)), limit);
  return [from, to - from];
}
