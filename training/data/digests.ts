import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import pLimit from 'p-limit';
import { invalidDataset } from './invalid.ts';
import type { Sample } from './sample.ts';

/** sha256 of the bytes of every image, by absolute path. Throws INVALID_DATASET for an image that can't be read. */
export async function imageDigests(samples: readonly Sample[]): Promise<Map<string, string>> {
  const limit = pLimit(8);
  const paths = [...new Set(samples.map(({ image }) => image))];
  const digests = await Promise.all(paths.map((path) => limit(() => digestOf(path))));
  return new Map(paths.map((path, index) => [path, digests[index]!]));
}

async function digestOf(path: string): Promise<string> {
  const bytes = await readFile(path).catch((cause: Error) => {
    throw invalidDataset(path, null, 'the image that the annotations name', cause.message, cause);
  });
  return createHash('sha256').update(bytes).digest('hex');
}
