/** Cancelling a run: shards that are not being scored are not scored. What is scored stays. */
import { FiducialError } from '../domain/errors.ts';
import { resultKeys } from '../domain/keys.ts';
import { cancelledSchema } from '../domain/records.ts';
import { createJson } from './objects.ts';
import { closeRun } from './planning/indexes.ts';
import type { ScoringParts } from './ports.ts';
import { readRun } from './read/runs.ts';

/**
 * Idempotent. `finished`: it was done (or rejected) before, and stays so. NOT_FOUND where there is no such run. A run
 * whose last shard is being scored may still be done: done.json wins.
 */
export async function cancelRun(
  parts: Pick<ScoringParts, 'stores' | 'now'>,
  project: string,
  run: string,
): Promise<'cancelled' | 'finished'> {
  const view = await readRun(parts.stores, project, run);
  if (!view) throw new FiducialError('NOT_FOUND', `Expected a run of project ${project}, got "${run}"`);
  if (view.done || view.rejection) return 'finished';
  const record = cancelledSchema.parse({ run, cancelledAt: parts.now().toISOString() });
  await createJson(parts.stores.results, resultKeys.cancelled(project, run), record);
  // While it is being planned the marker stays: it is all that tells of the run.
  if (view.record) await closeRun(parts.stores.results, project, run);
  return 'cancelled';
}
