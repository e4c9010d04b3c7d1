import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { reduce, reduces } from '../../imaging/reduce.ts';
import { REDUCE_WASM } from '../../imaging/reduceWasm.ts';
import { assemble } from '../../scripts/assemble.ts';

type Pixel = (x: number, y: number, channel: number) => number;

function image(width: number, height: number, value: Pixel): Uint8Array {
  return Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const at = Math.floor(i / 3);
    return value(at % width, Math.floor(at / width), i % 3);
  });
}

/** The definition: a triangle of twice the scale about the centre of each output pixel; edge pixels go on. */
function triangle(line: readonly number[], outputs: number): number[] {
  const scale = line.length / outputs;
  return Array.from({ length: outputs }, (_, o) => {
    const centre = (o + 0.5) * scale - 0.5;
    let [sum, total] = [0, 0];
    for (let at = Math.floor(centre - scale); at <= Math.ceil(centre + scale); at++) {
      const weight = Math.max(0, scale - Math.abs(at - centre));
      sum += weight * line[Math.min(Math.max(at, 0), line.length - 1)]!;
      total += weight;
    }
    return sum / total;
  });
}

function expected(pixels: Uint8Array, width: number, height: number, to: { width: number; height: number }): number[] {
  const channels = [0, 1, 2].map((channel) => {
    const columns = Array.from({ length: width }, (_, x) =>
      triangle(
        Array.from({ length: height }, (_, y) => pixels[(y * width + x) * 3 + channel]!),
        to.height,
      ),
    );
    return Array.from({ length: to.height }, (_, y) =>
      triangle(
        columns.map((column) => column[y]!),
        to.width,
      ),
    );
  });
  return Array.from({ length: to.width * to.height * 3 }, (_, i) => {
    const at = Math.floor(i / 3);
    return channels[i % 3]![Math.floor(at / to.width)]![at % to.width]!;
  });
}

describe('made smaller', () => {
  test('every pixel is what the filter says, within the rounding of two passes', () => {
    const side = fc.integer({ min: 1, max: 40 });
    const axis = fc.tuple(side, fc.double({ min: 1, max: 3.99, noNaN: true })).map(([to, scale]) => {
      return [Math.floor(to * scale), to] as const;
    });
    fc.assert(
      fc.property(axis, axis, fc.integer(), ([width, toWidth], [height, toHeight], seed) => {
        const pixels = image(
          width,
          height,
          (x, y, c) => Math.abs(Math.imul(x * 31 + y * 17 + c * 7 + seed, 0x9e3779b1)) & 255,
        );
        const to = { width: toWidth, height: toHeight };
        const got = reduce(pixels, width, { left: 0, top: 0, width, height }, to);
        const off = expected(pixels, width, height, to).map((value, i) => Math.abs(value - got[i]!));
        expect(Math.max(...off)).toBeLessThan(1.1);
      }),
      { numRuns: 60 },
    );
  });

  test('a part sees nothing of what is beside it', () => {
    const inside: Pixel = (x, y, c) => (x * 5 + y * 3 + c * 40) % 256;
    const part = image(50, 40, inside);
    const around = image(90, 70, (x, y, c) =>
      x >= 20 && x < 70 && y >= 10 && y < 50 ? inside(x - 20, y - 10, c) : 255,
    );
    const to = { width: 32, height: 21 };
    const alone = reduce(part, 50, { left: 0, top: 0, width: 50, height: 40 }, to);
    expect(reduce(around, 90, { left: 20, top: 10, width: 50, height: 40 }, to)).toEqual(alone);
  });

  test('by nothing it is the part itself, whatever came before', () => {
    const pixels = image(33, 7, (x, y, c) => (x * 7 + y * 11 + c) % 256);
    reduce(
      image(300, 200, () => 200),
      300,
      { left: 0, top: 0, width: 300, height: 200 },
      { width: 150, height: 90 },
    );
    expect(reduce(pixels, 33, { left: 0, top: 0, width: 33, height: 7 }, { width: 33, height: 7 })).toEqual(pixels);
  });

  test('one colour stays that colour', () => {
    for (const value of [0, 1, 127, 254, 255]) {
      const flat = image(61, 61, () => value);
      const got = reduce(flat, 61, { left: 0, top: 0, width: 61, height: 61 }, { width: 17, height: 43 });
      expect(new Set(got)).toEqual(new Set([value]));
    }
  });

  test('it is what libvips makes, but for roundings', async () => {
    const [width, height] = [160, 120];
    const pixels = image(width, height, (x, y, c) => 128 + 100 * Math.sin(x / 7 + c) * Math.cos(y / 5));
    const to = { width: 101, height: 64 };
    const got = reduce(pixels, width, { left: 0, top: 0, width, height }, to);
    const theirs = await sharp(pixels, { raw: { width, height, channels: 3 } })
      .resize({ ...to, kernel: 'linear', fit: 'fill' })
      .raw()
      .toBuffer();
    const off = [...got].map((value, i) => Math.abs(value - theirs[i]!));
    expect(Math.max(...off)).toBeLessThanOrEqual(2);
    expect(off.reduce((sum, one) => sum + one) / off.length).toBeLessThan(0.2);
  });
});

test('what gets longer, or is halved twice, is left to libvips', () => {
  expect(reduces({ width: 100, height: 100 }, { width: 100, height: 26 })).toBe(true);
  expect(reduces({ width: 100, height: 100 }, { width: 101, height: 100 })).toBe(false);
  expect(reduces({ width: 100, height: 100 }, { width: 100, height: 25 })).toBe(false);
});

test('the committed module is the text, assembled', async () => {
  expect(Buffer.from(await assemble()).equals(REDUCE_WASM)).toBe(true);
});
