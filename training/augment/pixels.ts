/** Steps that change pixels where they are. Images are [height][width][3], 0 to 255, changed in place. */
import type { Size } from '../../domain/geometry.ts';
import { BT601, type ColourMatrix, composeColours, contrast } from './colour.ts';
import type { PixelStep } from './draw.ts';
import type { Rng } from './rng.ts';

/** Runs the steps in order; neighbouring colour changes are one pass, and values are cut to 0..255 after each pass. */
export function applyPixelSteps(image: Float32Array, size: Size, steps: readonly PixelStep[], rng: Rng): void {
  let colours: ColourMatrix | null = null;
  const flush = () => {
    if (colours) applyColours(image, colours);
    colours = null;
  };
  for (const step of steps) {
    if (step.kind === 'colour' || step.kind === 'contrast') {
      const matrix: ColourMatrix =
        step.kind === 'colour' ? step.matrix : contrast(step.factor, meanGrey(image, colours));
      colours = colours ? composeColours(colours, matrix) : matrix;
    } else {
      flush();
      applyOther(image, size, step, rng);
    }
  }
  flush();
}

function applyOther(
  image: Float32Array,
  size: Size,
  step: Exclude<PixelStep, { kind: 'colour' | 'contrast' }>,
  rng: Rng,
): void {
  switch (step.kind) {
    case 'blur':
      gaussianBlur(image, size, step.sigma);
      return;
    case 'occlude':
      for (let y = step.top; y < step.bottom; y++) {
        for (let x = step.left; x < step.right; x++) image.set(step.rgb, (y * size.width + x) * 3);
      }
      return;
    case 'noise':
      for (let i = 0; i < image.length; i++) image[i] = cut(image[i]! + rng.normal(step.sigma));
  }
}

/** Mean luma of the image as the colours so far make it, uncut. */
function meanGrey(image: Float32Array, colours: ColourMatrix | null): number {
  let [r, g, b] = [0, 0, 0];
  for (let i = 0; i < image.length; i += 3) {
    r += image[i]!;
    g += image[i + 1]!;
    b += image[i + 2]!;
  }
  const pixels = image.length / 3;
  const mean = [r / pixels, g / pixels, b / pixels] as const;
  const [mr, mg, mb] = colours
    ? ([0, 1, 2].map((row) => applyRow(colours, row, mean)) as [number, number, number])
    : mean;
  return BT601[0] * mr + BT601[1] * mg + BT601[2] * mb;
}

function applyRow(m: ColourMatrix, row: number, [r, g, b]: readonly [number, number, number]): number {
  return m[row * 4]! * r + m[row * 4 + 1]! * g + m[row * 4 + 2]! * b + m[row * 4 + 3]!;
}

function applyColours(image: Float32Array, m: ColourMatrix): void {
  const [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11] = m as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  for (let i = 0; i < image.length; i += 3) {
    const r = image[i]!;
    const g = image[i + 1]!;
    const b = image[i + 2]!;
    image[i] = cut(m0 * r + m1 * g + m2 * b + m3);
    image[i + 1] = cut(m4 * r + m5 * g + m6 * b + m7);
    image[i + 2] = cut(m8 * r + m9 * g + m10 * b + m11);
  }
}

function cut(value: number): number {
  return value < 0 ? 0 : Math.min(value, 255);
}

/** Separable, cut at three sigma, edges repeated. */
export function gaussianBlur(image: Float32Array, { width, height }: Size, sigma: number): void {
  if (sigma < 0.1) return; // the neighbour's weight is below 1e-20
  const kernel = gaussianKernel(sigma);
  const row = new Float32Array(Math.max(width, height) * 3);
  for (let y = 0; y < height; y++) blurLine(image, y * width * 3, 3, width, kernel, row);
  for (let x = 0; x < width; x++) blurLine(image, x * 3, width * 3, height, kernel, row);
}

/** Half of it: the centre and one side, together (centre once, side twice) 1. */
function gaussianKernel(sigma: number): Float32Array {
  const radius = Math.ceil(3 * sigma);
  const kernel = Float32Array.from({ length: radius + 1 }, (_, i) => Math.exp((-i * i) / (2 * sigma * sigma)));
  const sum = kernel.reduce((total, weight, i) => total + (i === 0 ? weight : 2 * weight), 0);
  return kernel.map((weight) => weight / sum);
}

function blurLine(
  image: Float32Array,
  from: number,
  step: number,
  n: number,
  kernel: Float32Array,
  line: Float32Array,
): void {
  const last = (n - 1) * 3;
  for (let i = 0, at = from; i <= last; i += 3, at += step) {
    line[i] = image[at]!;
    line[i + 1] = image[at + 1]!;
    line[i + 2] = image[at + 2]!;
  }
  for (let i = 0, at = from; i <= last; i += 3, at += step) {
    const centre = kernel[0]!;
    let r = centre * line[i]!;
    let g = centre * line[i + 1]!;
    let b = centre * line[i + 2]!;
    for (let k = 1, back = i - 3, ahead = i + 3; k < kernel.length; k++, back -= 3, ahead += 3) {
      const weight = kernel[k]!;
      const p = Math.max(back, 0);
      const q = Math.min(ahead, last);
      r += weight * (line[p]! + line[q]!);
      g += weight * (line[p + 1]! + line[q + 1]!);
      b += weight * (line[p + 2]! + line[q + 2]!);
    }
    image[at] = r;
    image[at + 1] = g;
    image[at + 2] = b;
  }
}
