import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { cropSpecSchema } from '../../domain/modelCard.ts';
import { openImage } from '../../imaging/crop.ts';

const picture = () =>
  sharp({
    create: {
      width: 120,
      height: 80,
      channels: 3,
      background: '#c86432',
      noise: { type: 'gaussian', mean: 128, sigma: 30 },
    },
  });
const whole = cropSpecSchema.parse({ width: 24, height: 16, fit: 'stretch' });
const outcome = async (bytes: Buffer) => (await openImage(bytes)).crop(null, whole);

/** A PNG that claims a size and has hardly any data. */
function bomb(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(data.length);
    head.write(type, 4, 'latin1');
    const crc = Buffer.alloc(4);
    crc.writeUInt32BE(crc32(Buffer.concat([head.subarray(4), data])));
    return Buffer.concat([head, data, crc]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([1, 0, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(1000))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('what can not be scored says why', () => {
  test.each([
    ['no bytes', async () => Buffer.alloc(0), 'EMPTY'],
    ['text', async () => Buffer.from('this is not a photo'), 'NOT_AN_IMAGE'],
    ['an SVG', async () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'UNSUPPORTED'],
    ['a PDF', async () => Buffer.from('%PDF-1.7 ...'), 'UNSUPPORTED'],
    ['a PNG that claims 30,000 x 30,000', async () => bomb(30_000, 30_000), 'TOO_LARGE'],
    ['a JPEG cut in half', async () => half(await picture().jpeg().toBuffer()), 'TRUNCATED'],
    ['a PNG cut in half', async () => half(await picture().png().toBuffer()), 'TRUNCATED'],
    ['a WebP cut in half', async () => half(await picture().webp().toBuffer()), 'TRUNCATED'],
    ['a GIF cut in half', async () => half(await picture().gif().toBuffer()), 'TRUNCATED'],
    ['a TIFF cut in half', async () => half(await picture().tiff().toBuffer()), 'TRUNCATED'],
    ['the first bytes of a JPEG', async () => Buffer.from([0xff, 0xd8, 0xff, 0xe0]), 'TRUNCATED'],
  ])('%s', async (_, make, code) => {
    await expect(outcome(await make())).rejects.toMatchObject({
      code,
      message: expect.stringMatching(/^Expected .*got/),
    });
  });

  test('a JPEG cut off at any tenth is TRUNCATED, wherever the box is', async () => {
    const bytes = await picture().jpeg({ progressive: true }).toBuffer();
    for (let tenth = 1; tenth < 10; tenth++) {
      const part = bytes.subarray(0, Math.floor((bytes.length * tenth) / 10));
      const top = { left: 0, top: 0, width: 20, height: 20 };
      await expect(openImage(part).then((image) => image.crop(top, whole))).rejects.toMatchObject({
        code: 'TRUNCATED',
      });
    }
  });

  test('the limits are what the caller says', async () => {
    const bytes = await picture().jpeg().toBuffer();
    await expect(openImage(bytes, { maxBytes: 100, maxPixels: 1e6 })).rejects.toMatchObject({ code: 'TOO_LARGE' });
    await expect(openImage(bytes, { maxBytes: 1e6, maxPixels: 100 })).rejects.toMatchObject({ code: 'TOO_LARGE' });
  });
});

describe('unusual images are read right', () => {
  /** Mean of each channel of the crop. */
  async function colour(bytes: Buffer): Promise<number[]> {
    const { pixels } = await outcome(bytes);
    return [0, 1, 2].map((c) => pixels.filter((_, i) => i % 3 === c).reduce((a, b) => a + b, 0) / (pixels.length / 3));
  }
  const red = { width: 60, height: 40, channels: 3, background: { r: 220, g: 40, b: 30 } } as const;
  const near = (got: number[], tolerance: number) => {
    for (const [i, value] of [220, 40, 30].entries()) expect(Math.abs(got[i]! - value)).toBeLessThan(tolerance);
  };

  test('CMYK JPEG', async () =>
    near(await colour(await sharp({ create: red }).toColourspace('cmyk').jpeg().toBuffer()), 40));
  test('16-bit PNG', async () =>
    near(await colour(await sharp({ create: red }).toColourspace('rgb16').png().toBuffer()), 3));
  test('palette PNG', async () =>
    near(await colour(await sharp({ create: red }).png({ palette: true }).toBuffer()), 3));
  test('a colour profile is applied', async () => {
    const bytes = await sharp({ create: red }).withIccProfile('p3').png().toBuffer();
    const asStored = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer();
    expect(Math.abs(asStored[0]! - red.background.r)).toBeGreaterThan(8);
    near(await colour(bytes), 4);
  });
  test('alpha is flattened on the fill colour, also when it was decoded before', async () => {
    const background = { r: 0, g: 0, b: 0, alpha: 0 };
    const clear = await sharp({ create: { width: 60, height: 40, channels: 4, background } })
      .png()
      .toBuffer();
    const filled = { ...whole, fill: [10, 200, 30] as [number, number, number] };
    const image = await openImage(clear);
    const { pixels } = await image.crop(null, filled);
    expect([...pixels.subarray(0, 3)]).toEqual([10, 200, 30]);
    expect((await (await image.held(filled.fill)).crop(null, filled)).pixels).toEqual(pixels);
  });
  test('alpha is flattened', async () => {
    const clear = await sharp({ create: { ...red, channels: 4, background: { r: 220, g: 40, b: 30, alpha: 0 } } })
      .png()
      .toBuffer();
    expect(await colour(clear)).toEqual([0, 0, 0]);
  });
  test('the first frame of an animation', async () => {
    const frame = (background: string) =>
      sharp({ create: { width: 60, height: 40, channels: 3, background } })
        .png()
        .toBuffer();
    const animation = await sharp([await frame('#dc281e'), await frame('#0000ff')], { join: { animated: true } })
      .webp({ lossless: true })
      .toBuffer();
    expect((await openImage(animation)).size).toEqual({ width: 60, height: 40 });
    near(await colour(animation), 3);
  });
  test('AVIF', async () => near(await colour(await sharp({ create: red }).avif({ quality: 90 }).toBuffer()), 8));
  test('a JPEG with bytes after its end', async () => {
    const bytes = await sharp({ create: red }).jpeg().toBuffer();
    near(await colour(Buffer.concat([bytes, Buffer.alloc(5000, 7)])), 4);
  });
  test('1 x 1', async () =>
    expect(
      (
        await outcome(
          await sharp({ create: { ...red, width: 1, height: 1 } })
            .png()
            .toBuffer(),
        )
      ).pixels,
    ).toHaveLength(24 * 16 * 3));
});

function half(bytes: Buffer): Buffer {
  return bytes.subarray(0, Math.floor(bytes.length / 2));
}
