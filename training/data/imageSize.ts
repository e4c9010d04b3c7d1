import sharp from 'sharp';
import type { Size } from '../../domain/geometry.ts';
import { invalidDataset } from './invalid.ts';

/** As displayed (EXIF orientation applied), from the image's head. Throws INVALID_DATASET. */
export async function imageSize(file: string): Promise<Size> {
  try {
    const { autoOrient } = await sharp(file).metadata();
    return { width: autoOrient.width, height: autoOrient.height };
  } catch (cause) {
    throw invalidDataset(file, null, 'an image', (cause as Error).message, cause);
  }
}
