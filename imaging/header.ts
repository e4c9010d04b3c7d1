/**
 * Size and orientation from the head of the common JPEG and PNG, without a trip to the decoder's threads: at small
 * sizes that trip costs as much as the decoding. Null sends everything else to libvips, unusual heads included.
 */
import { type Orientation, toOrientation } from './orientation.ts';

export interface Header {
  readonly width: number;
  readonly height: number;
  readonly orientation: Orientation;
}

export function quickHeader(bytes: Uint8Array, format: string): Header | null {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = format === 'jpeg' ? jpegHeader(file) : format === 'png' ? pngHeader(file) : null;
  return header && header.width > 0 && header.height > 0 ? header : null;
}

const EXIF = Buffer.from('Exif\0\0', 'latin1');

/** ITU-T T.81, B.2.2 (frame header); JEITA CP-3451, 4.5.2 (APP1). */
function jpegHeader(file: Buffer): Header | null {
  let orientation: Orientation = 1;
  let seen = false;
  let at = 2;
  while (at + 9 < file.length && file[at] === 0xff) {
    const marker = file[at + 1]!;
    const length = file.readUInt16BE(at + 2);
    if (isFrame(marker)) {
      return { height: file.readUInt16BE(at + 5), width: file.readUInt16BE(at + 7), orientation };
    }
    if (marker === 0xe1 && file.subarray(at + 4, at + 10).equals(EXIF)) {
      // Two of them, or one that is not understood: let libvips say which counts.
      const found: Orientation | null = seen ? null : exifOrientation(file.subarray(at + 10, at + 2 + length));
      if (found === null) return null;
      [orientation, seen] = [found, true];
    }
    if (length < 2 || marker < 0xc0 || marker === 0xff || (marker >= 0xd0 && marker <= 0xda)) return null;
    at += 2 + length;
  }
  return null;
}

/** Baseline, extended and progressive Huffman coding; the others are rare and may not be readable. */
function isFrame(marker: number): boolean {
  return marker === 0xc0 || marker === 0xc1 || marker === 0xc2;
}

/** Of IFD 0 (TIFF 6.0, section 2). Null where the structure is not as it should be. */
function exifOrientation(tiff: Buffer): Orientation | null {
  const order = tiff.subarray(0, 2).toString('latin1');
  if (tiff.length < 8 || (order !== 'II' && order !== 'MM')) return null;
  const u16 = (at: number) => (order === 'II' ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const start = order === 'II' ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  if (start + 2 > tiff.length) return null;
  for (let i = 0; i < u16(start); i++) {
    const entry = start + 2 + i * 12;
    if (entry + 12 > tiff.length) return null;
    if (u16(entry) === 0x0112) return u16(entry + 2) === 3 ? toOrientation(u16(entry + 8)) : null;
  }
  return 1;
}

/** Chunks that may hold an orientation, or that libvips should judge. */
const UNSURE = new Set(['eXIf', 'tEXt', 'zTXt', 'iTXt']);

/** PNG specification, 5.3 and 11.2.2. */
function pngHeader(file: Buffer): Header | null {
  if (file.length < 33 || file.toString('latin1', 12, 16) !== 'IHDR') return null;
  for (let at = 33; at + 12 <= file.length; at += 12 + file.readUInt32BE(at)) {
    const type = file.toString('latin1', at + 4, at + 8);
    if (UNSURE.has(type)) return null;
    if (type === 'IDAT') return { width: file.readUInt32BE(16), height: file.readUInt32BE(20), orientation: 1 };
  }
  return null;
}
