import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import type { ManifestEntry } from '../../domain/records.ts';
import { invalidDataset } from './invalid.ts';
import { manifestEntryOf } from './readTruth.ts';
import type { Dataset, Sample } from './sample.ts';

/**
 * Writes the data set as `images.jsonl` beside `images/`, into which the images are copied under their keys; with
 * `copyImages: false` only the manifest. Keys of merged sets that collide get their set's name in front.
 * Throws INVALID_DATASET where an image is not there or its key would leave the folder.
 */
export async function convertDataset(
  dataset: Dataset,
  folder: string,
  options: { readonly copyImages?: boolean } = {},
): Promise<ManifestEntry[]> {
  const keyOf = uniqueKeys(dataset.samples);
  const entries = dataset.samples.map((sample) => ({ ...manifestEntryOf(sample), key: keyOf(sample) }));
  await mkdir(folder, { recursive: true });
  if (options.copyImages !== false) await copyImages(dataset.samples, keyOf, join(folder, 'images'));
  await writeFile(join(folder, 'images.jsonl'), entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  return entries;
}

function uniqueKeys(samples: readonly Sample[]): (sample: Sample) => string {
  const images = new Map<string, Set<string>>();
  for (const { key, image } of samples) images.set(key, (images.get(key) ?? new Set()).add(image));
  return ({ key, source, image }) => {
    const normal = posix.normalize((images.get(key)!.size > 1 ? `${source}/` : '') + key);
    if (normal.startsWith('../') || posix.isAbsolute(normal)) {
      throw invalidDataset(image, null, 'a key inside the data set', key);
    }
    return normal;
  };
}

async function copyImages(
  samples: readonly Sample[],
  keyOf: (sample: Sample) => string,
  folder: string,
): Promise<void> {
  const targets = new Map(samples.map((sample) => [join(folder, keyOf(sample)), sample.image]));
  for (const [target, image] of targets) {
    await mkdir(dirname(target), { recursive: true });
    await copyFile(image, target).catch((cause: Error) => {
      throw invalidDataset(image, null, 'the image that the annotations name', cause.message, cause);
    });
  }
}
