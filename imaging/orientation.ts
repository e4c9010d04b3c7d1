/** EXIF orientation: how stored pixels are turned and mirrored to be displayed (CIPA DC-008, tag 0x0112). */
import type { Size, Transform } from '../domain/geometry.ts';

export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** Values outside of 1 to 8 are no orientation: displayed as stored. */
export function toOrientation(value: number | undefined): Orientation {
  return value !== undefined && Number.isInteger(value) && value >= 1 && value <= 8 ? (value as Orientation) : 1;
}

export function displayedSize({ width, height }: Size, orientation: Orientation): Size {
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}

/** From pixels as stored, of an image of `stored` size, to pixels as displayed. */
export function orientationTransform({ width: w, height: h }: Size, orientation: Orientation): Transform {
  const byOrientation: Record<Orientation, Transform> = {
    1: { a: 1, b: 0, c: 0, d: 1, tx: 0, ty: 0 },
    2: { a: -1, b: 0, c: 0, d: 1, tx: w, ty: 0 },
    3: { a: -1, b: 0, c: 0, d: -1, tx: w, ty: h },
    4: { a: 1, b: 0, c: 0, d: -1, tx: 0, ty: h },
    5: { a: 0, b: 1, c: 1, d: 0, tx: 0, ty: 0 },
    6: { a: 0, b: -1, c: 1, d: 0, tx: h, ty: 0 },
    7: { a: 0, b: -1, c: -1, d: 0, tx: h, ty: w },
    8: { a: 0, b: 1, c: -1, d: 0, tx: 0, ty: w },
  };
  return byOrientation[orientation];
}

/** `pixels` is uint8 [H, W, 3] as stored, of `stored` size. Gives them as displayed. */
export function orientPixels(pixels: Uint8Array, stored: Size, orientation: Orientation): Uint8Array {
  if (orientation === 1) return pixels;
  const { a, b, c, d, tx, ty } = orientationTransform(stored, orientation);
  const { width } = displayedSize(stored, orientation);
  const turned = new Uint8Array(pixels.length);
  let from = 0;
  for (let y = 0; y < stored.height; y++) {
    for (let x = 0; x < stored.width; x++, from += 3) {
      const column = a * (x + 0.5) + b * (y + 0.5) + tx - 0.5;
      const row = c * (x + 0.5) + d * (y + 0.5) + ty - 0.5;
      const to = (row * width + column) * 3;
      turned[to] = pixels[from]!;
      turned[to + 1] = pixels[from + 1]!;
      turned[to + 2] = pixels[from + 2]!;
    }
  }
  return turned;
}
