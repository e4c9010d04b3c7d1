import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { quickHeader } from '../../imaging/header.ts';

const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#c86432' } });

async function agrees(bytes: Buffer, format: string): Promise<boolean> {
  const quick = quickHeader(bytes, format);
  if (!quick) return false;
  const { width, height, orientation = 1 } = await sharp(bytes).metadata();
  expect(quick).toEqual({ width, height, orientation });
  return true;
}

describe('the quick header', () => {
  test.each<[string, string, (image: Sharp) => Sharp]>([
    ['a baseline JPEG', 'jpeg', (image) => image.jpeg()],
    ['a progressive JPEG', 'jpeg', (image) => image.jpeg({ progressive: true })],
    ['a grey JPEG', 'jpeg', (image) => image.greyscale().jpeg()],
    ['a CMYK JPEG', 'jpeg', (image) => image.toColourspace('cmyk').jpeg()],
    ['a JPEG with a colour profile', 'jpeg', (image) => image.withIccProfile('p3').jpeg()],
    ['a PNG', 'png', (image) => image.png()],
    ['a palette PNG', 'png', (image) => image.png({ palette: true })],
    ['a 16-bit PNG', 'png', (image) => image.toColourspace('rgb16').png()],
    ...[1, 2, 3, 4, 5, 6, 7, 8].map((orientation): [string, string, (image: Sharp) => Sharp] => [
      `a JPEG of orientation ${orientation}`,
      'jpeg',
      (image) => image.withMetadata({ orientation }).jpeg(),
    ]),
  ])('says of %s what libvips says', async (_, format, encode) => {
    expect(await agrees(await encode(picture(61, 33)).toBuffer(), format)).toBe(true);
  });

  test('leaves what it does not know to libvips', async () => {
    const turned = await picture(61, 33).withMetadata({ orientation: 6 }).png().toBuffer();
    expect(quickHeader(turned, 'png')).toBeNull();
    expect(quickHeader(await picture(9, 9).webp().toBuffer(), 'webp')).toBeNull();
    expect(quickHeader(Buffer.from([0xff, 0xd8, 0xff, 0xe0]), 'jpeg')).toBeNull();
  });

  test('never throws and never goes round in circles, whatever byte is wrong', async () => {
    const bytes = await picture(61, 33).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    for (let at = 0; at < 400; at++) {
      for (const value of [0, 1, 0x7f, 0xff]) {
        const damaged = Buffer.from(bytes);
        damaged[at] = value;
        expect(() => quickHeader(damaged, 'jpeg')).not.toThrow();
      }
      expect(() => quickHeader(bytes.subarray(0, at), 'jpeg')).not.toThrow();
    }
  });
});
