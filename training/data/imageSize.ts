import { readFile } from 'node:fs/promises';
import type { Size } from '../../domain/geometry.ts';
import { openImage } from '../../imaging/crop.ts';
import { invalidDataset } from './invalid.ts';

/** As displayed (EXIF orientation applied), from the image's head. Throws INVALID_DATASET. */
export async function imageSize(file: string): Promise<Size> {
  try {
    return (await openImage(await readFile(file))).size;
  } catch (cause) {
    throw invalidDataset(file, null, 'an image', (cause as Error).message, cause);
  }
}
