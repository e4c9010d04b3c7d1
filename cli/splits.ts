/** `--split RUN:PART`: the images that a training run had on one side, found by their bytes. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import pLimit from 'p-limit';
import { FiducialError, isFiducialError } from '../domain/errors.ts';
import { modelKeys } from '../domain/keys.ts';
import type { ObjectStore } from '../storage/ports.ts';
import { PARTS, type Part, splitRecordSchema } from '../training/data/split.ts';
import type { ImageFile } from './images.ts';

/** Throws INVALID_INPUT on anything but RUN:train, RUN:val or RUN:test. */
export function parseSplit(text: string): { readonly training: string; readonly part: Part } {
  const [training, name] = text.split(':');
  const part = PARTS.find((one) => one === name);
  if (training && part) return { training, part };
  throw new FiducialError('INVALID_INPUT', `Expected --split RUN:${PARTS.join('|')}, got ${JSON.stringify(text)}`);
}

/** sha256 of the images of that part. NOT_FOUND where the run kept no split. */
export async function splitDigests(store: ObjectStore, project: string, text: string): Promise<ReadonlySet<string>> {
  const { training, part } = parseSplit(text);
  try {
    const { body } = await store.get(modelKeys.trainingFile(project, training, 'split.json'));
    const records = splitRecordSchema.parse(JSON.parse(body.toString('utf8')));
    return new Set(records.filter((record) => record.part === part).map(({ image }) => image));
  } catch (cause) {
    if (!isFiducialError(cause, 'NOT_FOUND')) throw cause;
    throw new FiducialError(
      'NOT_FOUND',
      `Expected a training run ${training} with its split, found none in the data folder`,
      { cause },
    );
  }
}

export async function filesWithDigests(
  files: readonly ImageFile[],
  digests: ReadonlySet<string>,
): Promise<ImageFile[]> {
  const limit = pLimit(8);
  const kept = await Promise.all(
    files.map((file) =>
      limit(async () =>
        digests.has(
          createHash('sha256')
            .update(await readFile(file.path))
            .digest('hex'),
        ),
      ),
    ),
  );
  return files.filter((_, i) => kept[i]);
}
