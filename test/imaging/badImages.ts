/**
 * Bad and odd images, made by a seeded program: what a bucket of a million uploads has somewhere, and what somebody
 * hostile would put there. Nothing is read from disk.
 */
import sharp from 'sharp';
import type { ItemErrorCode } from '../../domain/errors.ts';
import { createRng, type Rng } from '../../training/augment/rng.ts';
import { bombs } from './bombs.ts';
import { goodImages } from './goodImages.ts';

export interface OddImage {
  readonly name: string;
  readonly bytes: Buffer;
  /** Null: any outcome will do, as long as there is one. */
  readonly expected: ItemErrorCode | 'ok' | null;
}

/** The whole set in a fixed order, then bit flips for ever. */
export async function* oddImages(seed = 1): AsyncGenerator<OddImage> {
  const good = await goodImages();
  yield* good;
  yield* notImages();
  yield* bombs();
  yield* await extremeSizes();
  for (const image of good) yield* truncations(image);
  for (const image of good) yield renamed(image);
  yield* damaged(good, createRng(seed));
}

function* notImages(): Generator<OddImage> {
  const text = (name: string, content: string, expected: ItemErrorCode): OddImage => ({
    name,
    bytes: Buffer.from(content, 'latin1'),
    expected,
  });
  yield text('empty.jpg', '', 'EMPTY');
  yield text('one-byte.jpg', 'x', 'NOT_AN_IMAGE');
  yield text('text.jpg', 'Dear reader, this is not a photo.\n'.repeat(50), 'NOT_AN_IMAGE');
  yield text('page.png', '<!doctype html><html><body>404</body></html>', 'NOT_AN_IMAGE');
  yield text('bmw.jpg', 'BMW makes cars, and this is a text about them.', 'NOT_AN_IMAGE');
  yield text('archive.jpg', `PK\x03\x04${'\0'.repeat(100)}`, 'NOT_AN_IMAGE');
  yield text('film.heic', `\0\0\0\x18ftypisom\0\0\0\0isommp42${'\0'.repeat(100)}`, 'NOT_AN_IMAGE');
  yield text('paper.jpg', `%PDF-1.7\n${'x'.repeat(100)}`, 'UNSUPPORTED');
  yield text('icon.png', '\0\0\x01\0\x01\0\x10\x10\0\0\x01\0\x20\0', 'UNSUPPORTED');
  yield text('magic.jpg', '\xff\xd8\xff', 'TRUNCATED');
  yield text('magic.png', '\x89PNG\r\n\x1a\n', 'TRUNCATED');
  yield text('magic.gif', 'GIF89a', 'TRUNCATED');
  yield text('magic.webp', 'RIFF\x10\0\0\0WEBPVP8 ', 'TRUNCATED');
  yield text('magic.tif', 'II*\0\x08\0\0\0', 'TRUNCATED');
  yield text('netpbm.ppm', 'P6\n2 2\n255\nabcdefghijkl', 'UNSUPPORTED');
  yield text('drawing.svg', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', 'UNSUPPORTED');
  const entity = '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>';
  yield text(
    'entity.svg',
    `<?xml version="1.0"?>${entity}<svg width="9" height="9"><text>&x;</text></svg>`,
    'UNSUPPORTED',
  );
  yield text(
    'entity.jpg',
    `<?xml version="1.0"?>${entity}<svg width="9" height="9"><text>&x;</text></svg>`,
    'UNSUPPORTED',
  );
  const link = '<image href="http://127.0.0.1:9/x.png" width="9" height="9"/>';
  yield text('link.svg', `<svg xmlns="http://www.w3.org/2000/svg">${link}</svg>`, 'UNSUPPORTED');
}

async function extremeSizes(): Promise<OddImage[]> {
  const made = async (
    name: string,
    width: number,
    height: number,
    format: 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff',
  ) => ({
    name,
    bytes: await sharp({ create: { width, height, channels: 3, background: '#8090a0' } })
      .toFormat(format)
      .toBuffer(),
    expected: 'ok' as const,
  });
  return await Promise.all([
    made('1x1.jpg', 1, 1, 'jpeg'),
    made('1x1.png', 1, 1, 'png'),
    made('1x1.webp', 1, 1, 'webp'),
    made('1x1.gif', 1, 1, 'gif'),
    made('1x1.tif', 1, 1, 'tiff'),
    made('1x65500.jpg', 1, 65500, 'jpeg'),
    made('65500x1.jpg', 65500, 1, 'jpeg'),
    made('1x65500.png', 1, 65500, 'png'),
    made('65500x1.png', 65500, 1, 'png'),
    made('1x16383.webp', 1, 16383, 'webp'),
    made('3x20000.tif', 3, 20000, 'tiff'),
  ]);
}

/** A decoder may have all pixels when the last bytes are missing, so only halves and less must be refused. */
function* truncations({ name, bytes }: OddImage): Generator<OddImage> {
  for (let tenth = 1; tenth <= 9; tenth++) {
    const part = bytes.subarray(0, Math.floor((bytes.length * tenth) / 10));
    const expected = /^(jpeg|png)/.test(name) || !/first of|pages/.test(name) ? 'TRUNCATED' : null;
    yield { name: `${name}, ${tenth} tenths`, bytes: part, expected };
  }
}

/** Content decides: the name of another format changes nothing. */
function renamed({ name, bytes, expected }: OddImage): OddImage {
  return { name: `${name}, named .png.txt`, bytes, expected };
}

function* damaged(good: readonly OddImage[], rng: Rng): Generator<OddImage> {
  for (let i = 0; ; i++) {
    const { name, bytes } = good[i % good.length]!;
    const copy = Buffer.from(bytes);
    const flips = 1 + Math.floor(rng.uniform(0, 8));
    // Half of them in the head, where structure is.
    const range = i % 2 === 0 ? copy.length : Math.min(copy.length, 200);
    for (let flip = 0; flip < flips; flip++) {
      const at = Math.floor(rng.uniform(0, range));
      copy[at] = copy[at]! ^ (1 << Math.floor(rng.uniform(0, 8)));
    }
    yield { name: `${name}, ${flips} bits flipped (${i})`, bytes: copy, expected: null };
  }
}
