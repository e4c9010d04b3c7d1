/** One small picture in every format and variant that is read: blocks of colour with noise on them. */
import sharp, { type Sharp } from 'sharp';
import { createRng } from '../../training/augment/rng.ts';
import type { OddImage } from './badImages.ts';

const [WIDTH, HEIGHT] = [96, 64];

function pixels(seed: number): Buffer {
  const rng = createRng(seed);
  const colours = Array.from({ length: 24 * 3 }, () => rng.uniform(20, 235));
  return Buffer.from(
    Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => {
      const [x, y] = [Math.floor(i / 3) % WIDTH, Math.floor(i / 3 / WIDTH)];
      const block = Math.floor(y / 16) * 6 + Math.floor(x / 16);
      return Math.max(0, Math.min(255, colours[block * 3 + (i % 3)]! + rng.uniform(-12, 12)));
    }),
  );
}

export function picture(seed = 1): Sharp {
  return sharp(pixels(seed), { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
}

const VARIANTS: Readonly<Record<string, (image: Sharp) => Sharp>> = {
  'jpeg baseline': (image) => image.jpeg(),
  'jpeg progressive': (image) => image.jpeg({ progressive: true, quality: 90 }),
  'jpeg 4:4:4': (image) => image.jpeg({ chromaSubsampling: '4:4:4' }),
  'jpeg grey': (image) => image.greyscale().jpeg(),
  'jpeg CMYK': (image) => image.toColourspace('cmyk').jpeg(),
  'jpeg with the P3 profile': (image) => image.withIccProfile('p3').jpeg(),
  'jpeg turned by EXIF': (image) => image.withMetadata({ orientation: 6 }).jpeg(),
  'png 8 bits': (image) => image.png(),
  'png 16 bits': (image) => image.toColourspace('rgb16').png(),
  'png grey': (image) => image.greyscale().png(),
  'png palette': (image) => image.png({ palette: true, colours: 16 }),
  'png alpha': (image) => image.ensureAlpha(0.5).png(),
  'png interlaced': (image) => image.png({ progressive: true }),
  'webp lossy': (image) => image.webp(),
  'webp lossless': (image) => image.webp({ lossless: true }),
  'webp alpha': (image) => image.ensureAlpha(0.5).webp(),
  'gif still': (image) => image.gif(),
  'tiff plain': (image) => image.tiff({ compression: 'none' }),
  'tiff LZW': (image) => image.tiff({ compression: 'lzw' }),
  'tiff deflate in tiles': (image) => image.tiff({ compression: 'deflate', tile: true, tileWidth: 32, tileHeight: 32 }),
  'tiff JPEG': (image) => image.tiff({ compression: 'jpeg' }),
  'tiff 16 bits': (image) => image.toColourspace('rgb16').tiff({ compression: 'lzw' }),
  'tiff CMYK': (image) => image.toColourspace('cmyk').tiff({ compression: 'lzw' }),
  avif: (image) => image.avif({ effort: 0 }),
};

export async function goodImages(): Promise<OddImage[]> {
  const still = Object.entries(VARIANTS).map(async ([name, encode]) => ({
    name,
    bytes: await encode(picture()).toBuffer(),
  }));
  const frames = await Promise.all([1, 2, 3].map((seed) => picture(seed).png().toBuffer()));
  const moving = [
    {
      name: 'webp first of three frames',
      bytes: await sharp(frames, { join: { animated: true } })
        .webp()
        .toBuffer(),
    },
    {
      name: 'gif first of three frames',
      bytes: await sharp(frames, { join: { animated: true } })
        .gif()
        .toBuffer(),
    },
    {
      name: 'tiff first of three pages',
      bytes: await sharp(frames, { join: { animated: true } })
        .tiff()
        .toBuffer(),
    },
  ];
  return [...(await Promise.all(still)), ...moving].map((image) => ({ ...image, expected: 'ok' as const }));
}
