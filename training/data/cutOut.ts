import { readFile } from 'node:fs/promises';
import type { Box, Size, Transform } from '../../domain/geometry.ts';
import type { CropSpec } from '../../domain/modelCard.ts';
import { openImage } from '../../imaging/crop.ts';
import { invalidDataset } from './invalid.ts';

export interface CutOut {
  /** [height][width][3], sRGB. */
  readonly pixels: Uint8Array;
  /** From pixels of the image as displayed to pixels of the cut-out, as really cut. */
  readonly transform: Transform;
  readonly size: Size;
}

/** By the crop that scoring uses. Throws INVALID_DATASET for an image that can't be read, or of which the region shows nothing. */
export async function cutOut(file: string, regionOf: (size: Size) => Box, spec: CropSpec): Promise<CutOut> {
  try {
    const image = await openImage(await readFile(file));
    const { pixels, imageToCrop } = await image.cropRegion(regionOf(image.size), spec);
    return { pixels, transform: imageToCrop, size: image.size };
  } catch (cause) {
    throw invalidDataset(file, null, 'an image that can be read and cut', (cause as Error).message, cause);
  }
}
