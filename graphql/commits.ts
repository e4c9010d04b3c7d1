/** Commits: writing one starts a run. */
import { newestFirstId, uploadKeys } from '../domain/keys.ts';
import { type Commit, commitSchema } from '../domain/records.ts';
import { createJson } from '../scoring/objects.ts';
import { openRun } from '../scoring/planning/indexes.ts';
import { readRun } from '../scoring/read/runs.ts';
import type { RunView } from '../scoring/read/types.ts';
import { runIdOf } from '../scoring/runId.ts';
import type { Pinned } from './idempotency.ts';
import { parseInput } from './input.ts';
import type { ApiParts } from './ports.ts';

export type CommitRequest = Pick<Commit, 'model' | 'crop' | 'retryOf'> & { readonly errorThreshold?: number };

/**
 * Writes the commit and gives its run, which is seen from now on, whether or not a planner has seen it. UNKNOWN_MODEL
 * where neither the project nor `shared` has the model.
 */
export async function commit(
  parts: ApiParts,
  { project, batch }: { readonly project: string; readonly batch: string },
  request: CommitRequest,
  { at, unique }: Pinned,
): Promise<RunView> {
  const committedAt = at.toISOString();
  const record = parseInput(commitSchema, { ...request, committedAt, nonce: unique }, 'input');
  await parts.models.find(project, record.model);
  const id = newestFirstId(at, unique);
  const key = uploadKeys.commit(project, batch, id);
  const run = runIdOf(key, JSON.stringify(record));
  const created = await createJson(parts.stores.uploads, key, record);
  const open = { run, project, batch, commit: id, committedAt };
  if (created) await openRun(parts.stores.results, open);
  const known = await readRun(parts.stores, project, run);
  if (known) return known;
  return { ...open, status: 'PLANNING', record: null, rejection: null, done: null, cancelledAt: null };
}
