import { invertTransform, type Size, type Transform } from '../../domain/geometry.ts';

export interface Canvas extends Size {
  /** [height][width][3]. */
  readonly pixels: Uint8Array;
}

/**
 * Bilinear. `transform` takes pixels of the canvas to pixels of the output; what lies outside the canvas is `fill`.
 * Writes `out`, [height][width][3], 0 to 255. Does not antialias: the canvas should have about the output's scale.
 */
export function warp(
  canvas: Canvas,
  transform: Transform,
  output: Size,
  fill: readonly [number, number, number],
  out: Float32Array,
): void {
  const { a, b, c, d, tx, ty } = invertTransform(transform);
  const { width, height } = output;
  for (let y = 0, at = 0; y < height; y++) {
    // Of the pixel's centre, in canvas pixels from the centre of its first one.
    let u = a * 0.5 + b * (y + 0.5) + tx - 0.5;
    let v = c * 0.5 + d * (y + 0.5) + ty - 0.5;
    for (let x = 0; x < width; x++, at += 3, u += a, v += c) {
      const left = Math.floor(u);
      const top = Math.floor(v);
      if (left >= 0 && top >= 0 && left < canvas.width - 1 && top < canvas.height - 1) {
        inside(canvas.pixels, (top * canvas.width + left) * 3, canvas.width * 3, u - left, v - top, out, at);
      } else {
        border(canvas, left, top, u - left, v - top, fill, out, at);
      }
    }
  }
}

function inside(p: Uint8Array, i: number, stride: number, fu: number, fv: number, out: Float32Array, at: number): void {
  const w11 = fu * fv;
  const w10 = fv - w11;
  const w01 = fu - w11;
  const w00 = 1 - fu - w10;
  const j = i + stride;
  out[at] = w00 * p[i]! + w01 * p[i + 3]! + w10 * p[j]! + w11 * p[j + 3]!;
  out[at + 1] = w00 * p[i + 1]! + w01 * p[i + 4]! + w10 * p[j + 1]! + w11 * p[j + 4]!;
  out[at + 2] = w00 * p[i + 2]! + w01 * p[i + 5]! + w10 * p[j + 2]! + w11 * p[j + 5]!;
}

function border(
  canvas: Canvas,
  left: number,
  top: number,
  fu: number,
  fv: number,
  fill: readonly [number, number, number],
  out: Float32Array,
  at: number,
): void {
  const { width, height, pixels } = canvas;
  for (let channel = 0; channel < 3; channel++) {
    const value = (x: number, y: number) =>
      x >= 0 && y >= 0 && x < width && y < height ? pixels[(y * width + x) * 3 + channel]! : fill[channel]!;
    const upper = value(left, top) * (1 - fu) + value(left + 1, top) * fu;
    const lower = value(left, top + 1) * (1 - fu) + value(left + 1, top + 1) * fu;
    out[at + channel] = upper * (1 - fv) + lower * fv;
  }
}
