/** Metrics of a run, one set for each ground truth it was compared with. */
import type { z } from 'zod';
import { resultKeys } from '../../domain/keys.ts';
import { operationErrorSchema } from '../../domain/records.ts';
import { listFolders, readJson } from '../objects.ts';
import { type RunMetrics, runMetricsSchema } from '../records.ts';
import type { ReadStores } from './types.ts';

/** Null where this truth is not evaluated (yet). `run.truth` is the digest of the truth that came with the batch. */
export function readMetrics(
  stores: Pick<ReadStores, 'results'>,
  project: string,
  run: string,
  truth: string,
): Promise<RunMetrics | null> {
  return readJson(stores.results, resultKeys.metrics(project, run, truth), runMetricsSchema);
}

/** Why the run can not be compared with this truth; null where nothing says so. One GET. */
export function readEvaluationRejection(
  stores: Pick<ReadStores, 'results'>,
  project: string,
  run: string,
  truth: string,
): Promise<z.infer<typeof operationErrorSchema> | null> {
  return readJson(stores.results, resultKeys.evaluationRejected(project, run, truth), operationErrorSchema);
}

/**
 * Digests of the truths that this run was, or is being, compared with, in order. `own`: of a run under way the truth that
 * it began with, which is compared shard by shard, and has objects of its own only when the run is finished. One LIST.
 */
export async function listEvaluations(
  stores: Pick<ReadStores, 'results'>,
  project: string,
  run: string,
  own: string | null = null,
): Promise<string[]> {
  const listed = await listFolders(stores.results, resultKeys.evaluations(project, run));
  return [...new Set(own === null ? listed : [...listed, own])].sort();
}
