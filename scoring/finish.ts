/** Finishing a run: whoever sees that the last summary is there writes what is due, done.json last. */

import { resultKeys } from '../domain/keys.ts';
import type { Outcomes } from '../domain/metrics/index.ts';
import type { Done, Run } from '../domain/records.ts';
import { together } from './concurrently.ts';
import { removeRun } from './delete.ts';
import { type Claimant, claimFinish } from './finishing/claim.ts';
import { allSummaries, lastSummaries } from './finishing/complete.ts';
import { isOpened, mergeShards } from './finishing/mergeShards.ts';
import { sendEvaluations } from './groundTruth.ts';
import { createJson } from './objects.ts';
import { closeRun } from './planning/indexes.ts';
import type { ScoringParts } from './ports.ts';
import type { ListedSummary } from './summaries.ts';
import { isDeleted } from './tombstones.ts';

/** Objects to read from which on finishing is claimed first: it costs a write, and saves several workers these reads. */
const CLAIMED_FROM = 16;

type Parts = ScoringParts;

/**
 * `unfinished`: a shard is still to come, and who settles it will be here again. `left to another`, who is at it: the
 * message is not to be acknowledged, but left for one lease.
 */
export type FinishOutcome = 'unfinished' | 'finished' | 'finished already' | 'deleted' | 'left to another';

export interface Finisher extends Claimant {
  /** Objects. Default: 16. */
  readonly claimedFrom?: number;
}

/**
 * Precedes every acknowledgement of a shard's message. One LIST where shards are missing from the last thousand, which
 * is all that almost every caller sees. Any number of finishers write the same bytes; `asking` is whoever can leave it
 * to another where that is much.
 */
export async function finishIfComplete(parts: Parts, run: Run, asking: Finisher | null = null): Promise<FinishOutcome> {
  return finishListed(parts, run, await lastSummaries(parts.stores.results, run), asking);
}

/**
 * The same for whoever has just written: the tombstone is looked for too, as after every write (tombstones.ts). Neither
 * needs the other's answer, so the two go beside each other; both come after the shard's last write.
 */
export async function finishAfterWriting(
  parts: Parts,
  run: Run,
  asking: Finisher | null = null,
): Promise<FinishOutcome> {
  const { results } = parts.stores;
  const [deleted, last] = await together(isDeleted(results, run.project, run.run), lastSummaries(results, run));
  if (!deleted) return finishListed(parts, run, last, asking);
  await removeRun(parts, run.project, run.run);
  return 'deleted';
}

async function finishListed(
  parts: Parts,
  run: Run,
  last: readonly ListedSummary[] | null,
  asking: Finisher | null,
): Promise<FinishOutcome> {
  const { results } = parts.stores;
  if (!last) return 'unfinished';
  const much = readsOf(run, last) >= (asking?.claimedFrom ?? CLAIMED_FROM);
  if (much && (await closeIfDone(parts, run))) return 'finished already';
  const summaries = await allSummaries(results, run, last);
  if (!summaries) return 'unfinished';
  if (much && asking && !(await claimFinish(results, run, asking))) return 'left to another';
  const outcomes = await mergeShards(results, run, summaries);
  const first = await createJson(results, resultKeys.done(run.project, run.run), doneOf(run, outcomes, parts.now()));
  if (await isDeleted(results, run.project, run.run)) {
    await removeRun(parts, run.project, run.run);
    return 'deleted';
  }
  await close(parts, run);
  if (!first) return 'finished already';
  const { scored, failed } = outcomes;
  parts.log.info({ project: run.project, run: run.run, scored, failed }, 'run finished');
  return 'finished';
}

/** Objects that are read to finish a run whose last thousand summaries are these; of shards before them any may be. */
function readsOf(run: Run, last: readonly ListedSummary[]): number {
  const further = run.shards - last.length;
  return further + last.filter((one) => isOpened(run, one)).length;
}

/** One HEAD. Whoever finished may have died before the run was closed. */
export async function closeIfDone(parts: Parts, run: Run): Promise<boolean> {
  if (!(await parts.stores.results.head(resultKeys.done(run.project, run.run)))) return false;
  await close(parts, run);
  return true;
}

/** Truth that came while the run was scored is compared now. The marker of the open run goes last. */
async function close(parts: Parts, run: Run): Promise<void> {
  await sendEvaluations(parts, run);
  await closeRun(parts.stores.results, run.project, run.run);
}

function doneOf(run: Run, { scored, failed, errors }: Outcomes, now: Date): Done {
  return {
    run: run.run,
    items: run.items,
    scored,
    failed,
    errors,
    aboveThreshold: run.items > 0 && failed / run.items > run.errorThreshold,
    finishedAt: now.toISOString(),
  };
}
