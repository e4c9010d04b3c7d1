/** Ground truth that comes after a run. */
import { createHash } from 'node:crypto';
import { FiducialError, isFiducialError } from '../domain/errors.ts';
import { resultKeys, uploadKeys } from '../domain/keys.ts';
import { askForEvaluation } from '../scoring/groundTruth.ts';
import type { RunView } from '../scoring/read/types.ts';
import type { ApiParts } from './ports.ts';

/**
 * Has a finished run compared with `truths/<digest>.jsonl` of its batch. Repeating it is harmless. NOT_FOUND where it
 * was not uploaded, INVALID_INPUT where it has another digest, PRECONDITION_FAILED where the run is not finished.
 */
export async function addGroundTruth(parts: ApiParts, view: RunView, digest: string): Promise<void> {
  const { project, run, batch } = view;
  if (!view.done) {
    throw new FiducialError('PRECONDITION_FAILED', `Expected a finished run, got one that is ${view.status}`, {
      ids: { run },
    });
  }
  if (await parts.stores.results.head(resultKeys.metrics(project, run, digest))) return;
  const actual = await digestOf(parts, uploadKeys.truth(project, batch, digest));
  if (actual !== digest) {
    throw new FiducialError('INVALID_INPUT', `Expected the uploaded truth to have sha256 ${digest}, got ${actual}`);
  }
  await askForEvaluation(parts, { project, run, truth: digest });
}

async function digestOf({ stores }: ApiParts, key: string): Promise<string> {
  try {
    const hash = createHash('sha256');
    for await (const chunk of (await stores.uploads.getStream(key)).body) hash.update(chunk as Buffer);
    return hash.digest('hex');
  } catch (error) {
    if (!isFiducialError(error, 'NOT_FOUND')) throw error;
    throw new FiducialError(
      'NOT_FOUND',
      'Expected the truth to be uploaded (renewUpload with `what: TRUTH`), found none',
    );
  }
}
