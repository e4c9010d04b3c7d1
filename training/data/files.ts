/** The files of a data set: what is there, and which image an annotation belongs to. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { invalidDataset } from './invalid.ts';

export const IMAGE_ENDINGS = ['.jpg', '.jpeg', '.png', '.webp', '.bmp', '.tif', '.tiff'] as const;

/** Relative to `folder`, `/` between segments, sorted; hidden ones left out. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

/** Throws INVALID_DATASET where it can't be read. */
export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw invalidDataset(file, null, 'a file that can be read', (cause as Error).message, cause);
  }
}

/** The image with the annotation's name beside it. */
export function imageBeside(annotationStem: string, files: ReadonlySet<string>): string | null {
  for (const ending of IMAGE_ENDINGS) {
    for (const name of [annotationStem + ending, annotationStem + ending.toUpperCase()]) {
      if (files.has(name)) return name;
    }
  }
  return null;
}

/** The first of the folders that holds the image; the first folder where none does. */
export function folderHolding(image: string, folders: readonly string[]): string {
  return folders.find((folder) => existsSync(join(folder, image))) ?? folders[0]!;
}
