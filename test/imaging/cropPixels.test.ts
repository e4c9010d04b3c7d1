import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { applyTransform, type Box, type Point } from '../../domain/geometry.ts';
import { type CropSpec, cropSpecSchema } from '../../domain/modelCard.ts';
import { openImage } from '../../imaging/crop.ts';

const spec = (more: Partial<CropSpec> & { width: number; height: number }): CropSpec => ({
  ...cropSpecSchema.parse(more),
});

/** Of the crop. Eight-bit values and the grid itself account for 0.03. */
const TOLERANCE_PX = 0.05;

/** A smooth bright spot with its centre at `at`, on black. */
async function spot(
  width: number,
  height: number,
  at: Point,
  sigma: number,
  format: 'png' | 'jpeg' = 'png',
): Promise<Buffer> {
  const pixels = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = 255 * Math.exp(-((x + 0.5 - at[0]) ** 2 + (y + 0.5 - at[1]) ** 2) / (2 * sigma * sigma));
      pixels.fill(Math.round(value), (y * width + x) * 3, (y * width + x) * 3 + 3);
    }
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .toFormat(format, { quality: 95 })
    .toBuffer();
}

/**
 * What is darker is not looked at. JPEG leaves a faint veil of a few levels about the spot, in whole blocks; weighed by
 * its distance it moves the centroid by up to a quarter of a pixel although the spot is where it belongs.
 */
const VEIL = 20;

/** Where the light is, in pixels of the crop. */
function centroid(pixels: Uint8Array, width: number, height: number): Point {
  let [sum, sx, sy] = [0, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = Math.max(0, pixels[(y * width + x) * 3]! - VEIL);
      sum += value;
      sx += value * (x + 0.5);
      sy += value * (y + 0.5);
    }
  }
  return [sx / sum, sy / sum];
}

/** EXIF 2.32, tag 274: which pixel of the displayed picture (of W x H) is stored at (x, y). */
const STORED: Readonly<Record<number, (x: number, y: number, w: number, h: number) => readonly [number, number]>> = {
  1: (x, y) => [x, y],
  2: (x, y, w) => [w - 1 - x, y],
  3: (x, y, w, h) => [w - 1 - x, h - 1 - y],
  4: (x, y, _, h) => [x, h - 1 - y],
  5: (x, y) => [y, x],
  6: (x, y, w) => [w - 1 - y, x],
  7: (x, y, w, h) => [w - 1 - y, h - 1 - x],
  8: (x, y, _, h) => [y, h - 1 - x],
};

async function storedAs(orientation: number, displayed: Buffer): Promise<Buffer> {
  const { data, info } = await sharp(displayed).raw().toBuffer({ resolveWithObject: true });
  const [width, height] = orientation > 4 ? [info.height, info.width] : [info.width, info.height];
  const pixels = Buffer.alloc(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [dx, dy] = STORED[orientation]!(x, y, info.width, info.height);
      data.copy(pixels, (y * width + x) * 3, (dy * info.width + dx) * 3, (dy * info.width + dx) * 3 + 3);
    }
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .withMetadata({ orientation })
    .jpeg({ quality: 95 })
    .toBuffer();
}

async function expectSpotWhereItShouldBe(bytes: Buffer, at: Point, box: Box | null, crop: CropSpec) {
  const cut = await (await openImage(bytes)).crop(box, crop);
  const seen = centroid(cut.pixels, crop.width, crop.height);
  const expected = applyTransform(cut.imageToCrop, at);
  expect(Math.hypot(seen[0] - expected[0], seen[1] - expected[1])).toBeLessThan(TOLERANCE_PX);
}

describe('the transform that a crop returns', () => {
  test('is where the pixels really went, for boxes inside and outside the image', async () => {
    const side = fc.integer({ min: 40, max: 160 });
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(fc.integer({ min: 60, max: 140 }), fc.integer({ min: 50, max: 100 })),
        fc.record({
          dx: fc.double({ min: -15, max: 15, noNaN: true }),
          dy: fc.double({ min: -15, max: 15, noNaN: true }),
          side,
        }),
        fc.constantFrom(64, 96, 128),
        async (at, { dx, dy, side: length }, target) => {
          const box = { left: at[0] - length / 2 + dx, top: at[1] - length / 2 + dy, width: length, height: length };
          const bytes = await spot(200, 150, at as Point, 4);
          await expectSpotWhereItShouldBe(
            bytes,
            at as Point,
            box,
            spec({ width: target, height: target, margin: 1.4 }),
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  test('holds for whole images, stretched and padded', async () => {
    const bytes = await spot(640, 480, [201.3, 333.8], 10);
    await expectSpotWhereItShouldBe(bytes, [201.3, 333.8], null, spec({ width: 80, height: 60, fit: 'stretch' }));
    await expectSpotWhereItShouldBe(bytes, [201.3, 333.8], null, spec({ width: 64, height: 64, fit: 'pad' }));
  });

  test('holds where the JPEG decoder skips detail, whatever is left of the last block', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(fc.integer({ min: 300, max: 500 }), fc.integer({ min: 300, max: 400 })),
        // Beyond 4, 8 and 16 the decoder gives a half, a quarter and an eighth.
        fc.constantFrom(5, 9, 17),
        fc.constantFrom('linear' as const, 'cubic' as const, 'lanczos3' as const),
        fc.double({ min: 0.4, max: 0.6, noNaN: true }),
        async ([width, height], factor, kernel, place) => {
          const at: Point = [width * place, height * (1 - place)];
          const target = Math.max(12, Math.round(200 / factor));
          const side = target * factor;
          const box = { left: at[0] - side * 0.55, top: at[1] - side * 0.48, width: side, height: side };
          const bytes = await spot(width, height, at, side / 14, 'jpeg');
          await expectSpotWhereItShouldBe(bytes, at, box, spec({ width: target, height: target, kernel }));
        },
      ),
      { numRuns: 30 },
    );
  });

  test('holds for a large JPEG, cropped and whole', async () => {
    const bytes = await spot(1601, 1203, [700.2, 500.7], 30, 'jpeg');
    const box = { left: 430, top: 240, width: 601, height: 601 };
    await expectSpotWhereItShouldBe(bytes, [700.2, 500.7], box, spec({ width: 64, height: 64, margin: 1.5 }));
    await expectSpotWhereItShouldBe(bytes, [700.2, 500.7], null, spec({ width: 80, height: 60, fit: 'stretch' }));
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('holds for EXIF orientation %i', async (orientation) => {
    // Oriented pixels of a picture whose spot, as displayed, is at (50, 30) of 160 x 120.
    const displayed = await spot(160, 120, [50, 30], 5);
    const stored = await storedAs(orientation, displayed);
    const image = await openImage(stored);
    expect(image.size).toEqual({ width: 160, height: 120 });
    const box = { left: 20, top: 5, width: 70, height: 70 };
    await expectSpotWhereItShouldBe(stored, [50, 30], box, spec({ width: 96, height: 96 }));
    await expectSpotWhereItShouldBe(stored, [50, 30], null, spec({ width: 40, height: 30, fit: 'stretch' }));
  });

  test('is the same when the image is decoded once for several crops', async () => {
    const bytes = await spot(200, 150, [90, 70], 5);
    const image = await openImage(bytes);
    const box = { left: 50, top: 40, width: 80, height: 80 };
    const crop = spec({ width: 64, height: 64, margin: 1.2 });
    const [, once] = await image.crops([null, box], crop);
    expect(once).toEqual(await image.crop(box, crop));
  });
});

describe('a crop', () => {
  test('shows the fill colour outside the image', async () => {
    const white = await sharp({ create: { width: 50, height: 50, channels: 3, background: '#fff' } })
      .png()
      .toBuffer();
    const cut = await (await openImage(white)).crop(
      { left: -25, top: 0, width: 50, height: 50 },
      spec({ width: 32, height: 32, fill: [10, 20, 30] }),
    );
    expect([...cut.pixels.subarray(0, 3)]).toEqual([10, 20, 30]);
    expect([...cut.pixels.subarray(31 * 3, 32 * 3)]).toEqual([255, 255, 255]);
  });

  test('of nothing is BAD_BOX', async () => {
    const image = await openImage(await spot(50, 50, [25, 25], 3));
    await expect(
      image.crop({ left: 500, top: 0, width: 20, height: 20 }, spec({ width: 32, height: 32 })),
    ).rejects.toMatchObject({ code: 'BAD_BOX' });
  });

  test('of a grey image has three channels', async () => {
    const grey = await sharp(await spot(60, 60, [30, 30], 5))
      .greyscale()
      .jpeg()
      .toBuffer();
    const { pixels } = await (await openImage(grey)).crop(
      { left: 10, top: 10, width: 40, height: 40 },
      spec({ width: 16, height: 16 }),
    );
    expect(pixels).toHaveLength(16 * 16 * 3);
    const middle = (8 * 16 + 8) * 3;
    expect(pixels[middle]).toBeGreaterThan(150);
    expect(pixels[middle]).toBe(pixels[middle + 2]);
  });
});
