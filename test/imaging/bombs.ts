/** Small files that claim, or unpack to, a lot. Written by hand, byte by byte. */
import { crc32, deflateSync } from 'node:zlib';
import type { OddImage } from './badImages.ts';

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  return Buffer.concat([u32(data.length), body, u32(crc32(body))]);
}

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** 8-bit RGB. `before` are chunks between header and data; `data` is what is deflated. */
export function png(width: number, height: number, data: Buffer, before: readonly Buffer[] = []): Buffer {
  const header = chunk('IHDR', Buffer.concat([u32(width), u32(height), Buffer.from([8, 2, 0, 0, 0])]));
  const body = chunk('IDAT', deflateSync(data, { level: 9 }));
  return Buffer.concat([PNG, header, ...before, body, chunk('IEND', Buffer.alloc(0))]);
}

const SMALL = Buffer.alloc(8 * (1 + 8 * 3));
const MANY_ZEROS = Buffer.alloc(40_000_000);

function jpegClaiming(width: number, height: number): Buffer {
  const frame = Buffer.concat([
    Buffer.from([8]),
    u16(height),
    u16(width),
    Buffer.from([3, 1, 17, 0, 2, 17, 1, 3, 17, 1]),
  ]);
  const scan = Buffer.from([3, 1, 0, 2, 17, 3, 17, 0, 63, 0]);
  const segment = (marker: number, data: Buffer) =>
    Buffer.concat([Buffer.from([0xff, marker]), u16(data.length + 2), data]);
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xc0, frame),
    segment(0xda, scan),
    Buffer.alloc(1000),
    Buffer.from([0xff, 0xd9]),
  ]);
}

function gif(width: number, height: number, frames: number): Buffer {
  const le = (value: number) => Buffer.from([value & 255, value >> 8]);
  const screen = Buffer.concat([le(width), le(height), Buffer.from([0x80, 0, 0, 0, 0, 0, 255, 255, 255])]);
  const frame = Buffer.concat([
    Buffer.from([0x21, 0xf9, 4, 0, 1, 0, 0, 0, 0x2c, 0, 0, 0, 0]),
    le(1),
    le(1),
    Buffer.from([0, 2, 2, 0x44, 1, 0]),
  ]);
  const all = Buffer.concat(Array.from({ length: frames }, () => frame));
  return Buffer.concat([Buffer.from('GIF89a', 'latin1'), screen, all, Buffer.from([0x3b])]);
}

/** One strip of uncompressed RGB that begins at byte 200. */
function tiffClaiming(width: number, height: number): Buffer {
  const entries = [
    [256, 4, 1, width],
    [257, 4, 1, height],
    [258, 3, 1, 8],
    [259, 3, 1, 1],
    [262, 3, 1, 2],
    [273, 4, 1, 200],
    [277, 3, 1, 3],
    [278, 4, 1, height],
    [279, 4, 1, 0xffffffff],
  ];
  const file = Buffer.alloc(1000);
  file.write('II*\0', 'latin1');
  file.writeUInt32LE(8, 4);
  file.writeUInt16LE(entries.length, 8);
  for (const [i, [tag, type, count, value]] of entries.entries()) {
    file.writeUInt16LE(tag!, 10 + i * 12);
    file.writeUInt16LE(type!, 12 + i * 12);
    file.writeUInt32LE(count!, 14 + i * 12);
    file.writeUInt32LE(value!, 18 + i * 12);
  }
  return file;
}

/** An EXIF block whose directory is followed by itself. */
function jpegWithLoopingExif(jpeg: Buffer): Buffer {
  const tiff = Buffer.from('4949 2a00 08000000 0100 1201 0300 01000000 06000000 08000000'.replace(/ /g, ''), 'hex');
  const exif = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]);
  return Buffer.concat([jpeg.subarray(0, 2), Buffer.from([0xff, 0xe1]), u16(exif.length + 2), exif, jpeg.subarray(2)]);
}

export function* bombs(): Generator<OddImage> {
  const profile = Buffer.concat([Buffer.from('x\0\0', 'latin1'), deflateSync(MANY_ZEROS, { level: 9 })]);
  const comment = Buffer.concat([Buffer.from('x\0\0', 'latin1'), deflateSync(MANY_ZEROS, { level: 9 })]);
  yield { name: 'png 30,000 x 30,000 bomb', bytes: png(30_000, 30_000, SMALL), expected: 'TOO_LARGE' };
  yield { name: 'png 2^31 - 1 squared', bytes: png(2 ** 31 - 1, 2 ** 31 - 1, SMALL), expected: 'TOO_LARGE' };
  yield { name: 'png 9,000 x 9,000 without its pixels', bytes: png(9000, 9000, SMALL), expected: 'TRUNCATED' };
  yield { name: 'png 9,000 x 9,000 of zeros', bytes: png(9000, 9000, Buffer.alloc(9000 * 27_001)), expected: 'ok' };
  yield { name: 'png of no size', bytes: png(0, 0, SMALL), expected: 'TRUNCATED' };
  yield { name: 'png with 40 MB of profile', bytes: png(8, 8, SMALL, [chunk('iCCP', profile)]), expected: null };
  yield { name: 'png with 40 MB of comment', bytes: png(8, 8, SMALL, [chunk('zTXt', comment)]), expected: null };
  const comments = Array.from({ length: 2000 }, (_, i) => chunk('tEXt', Buffer.from(`k${i}\0v`, 'latin1')));
  yield { name: 'png with 2,000 comments', bytes: png(8, 8, SMALL, comments), expected: null };
  yield { name: 'png whose data unpacks too far', bytes: png(8, 8, MANY_ZEROS), expected: null };
  yield { name: 'jpeg 65,500 x 65,500', bytes: jpegClaiming(65_500, 65_500), expected: 'TOO_LARGE' };
  yield { name: 'jpeg 8,000 x 8,000 without tables', bytes: jpegClaiming(8000, 8000), expected: 'TRUNCATED' };
  yield { name: 'jpeg with an EXIF that loops', bytes: jpegWithLoopingExif(jpegClaiming(64, 64)), expected: null };
  yield { name: 'gif 65,535 x 65,535', bytes: gif(65_535, 65_535, 1), expected: null };
  yield { name: 'gif of 20,000 frames', bytes: gif(16, 16, 20_000), expected: 'ok' };
  yield { name: 'tiff 1,000,000 x 1,000,000', bytes: tiffClaiming(1_000_000, 1_000_000), expected: 'TOO_LARGE' };
  yield { name: 'tiff 9,000 x 9,000 without its pixels', bytes: tiffClaiming(9000, 9000), expected: 'TRUNCATED' };
}
