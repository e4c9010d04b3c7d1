/**
 * Whether a file goes on to its end. A crop from the upper part of an image never reads the lower part, so that
 * decoding alone would not see what is missing there.
 */
import type { ReadableFormat } from './format.ts';

const START_OF_SCAN = 0xda;
const END_OF_IMAGE = Buffer.from([0xff, 0xd9]);

export function endsProperly(bytes: Uint8Array, format: ReadableFormat): boolean {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (format === 'jpeg') return jpegEnds(file);
  if (format === 'png') return file.lastIndexOf('IEND', undefined, 'latin1') > 0;
  return true;
}

/**
 * An end marker after the first scan (ITU-T T.81, B.1.1.3). Those before it belong to thumbnails in the metadata;
 * entropy-coded data has none, since 0xff is followed by 0 there. What follows the end is left alone: cameras append.
 */
function jpegEnds(file: Buffer): boolean {
  let at = 2;
  while (at + 4 <= file.length) {
    if (file[at] !== 0xff) return false;
    const marker = file[at + 1]!;
    if (marker === 0xff) at += 1;
    else if (marker === START_OF_SCAN) return file.lastIndexOf(END_OF_IMAGE) > at;
    else at += 2 + file.readUInt16BE(at + 2);
  }
  return false;
}
