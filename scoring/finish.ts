/** Finishing a run: whoever sees that the last summary is there writes what is due, done.json last. */

import { resultKeys, shardId } from '../domain/keys.ts';
import { mergeOutcomes, NO_OUTCOMES, type Outcomes } from '../domain/metrics/index.ts';
import type { Done, Run } from '../domain/records.ts';
import type { ObjectStore } from '../storage/ports.ts';
import { inOrder } from './concurrently.ts';
import { removeRun } from './delete.ts';
import { FailurePages } from './finishing/failurePages.ts';
import { mergeEvaluation } from './finishing/mergeEvaluation.ts';
import { sendEvaluations } from './groundTruth.ts';
import { createJson, readJson } from './objects.ts';
import { closeRun } from './planning/indexes.ts';
import type { ScoringParts } from './ports.ts';
import { shardSummarySchema } from './records.ts';
import { type ListedSummary, listSummaries } from './summaries.ts';
import { isDeleted } from './tombstones.ts';

const LISTED_AT_ONCE = 1000;
/** Small objects: their time is the way there and back. */
const READ_AT_ONCE = 64;

type Parts = ScoringParts;

/** `unfinished`: a shard is still to come, and who settles it will be here again. */
export type FinishOutcome = 'unfinished' | 'finished' | 'finished already' | 'deleted';

/**
 * Precedes every acknowledgement of a shard's message. One LIST where shards are missing from the last thousand, which
 * is all that almost every caller sees. Any number of finishers write the same bytes.
 */
export async function finishIfComplete(parts: Parts, run: Run): Promise<FinishOutcome> {
  const { results } = parts.stores;
  const last = await summariesFrom(results, run, Math.max(0, run.shards - LISTED_AT_ONCE));
  if (!last) return 'unfinished';
  if (await results.head(resultKeys.done(run.project, run.run))) {
    await close(parts, run);
    return 'finished already';
  }
  const summaries = run.shards <= LISTED_AT_ONCE ? last : await summariesFrom(results, run, 0);
  if (!summaries) return 'unfinished';
  if (run.truth) await mergeEvaluation(results, run, run.truth);
  const outcomes = await mergeShards(results, run, summaries);
  await createJson(results, resultKeys.done(run.project, run.run), doneOf(run, outcomes, parts.now()));
  if (await isDeleted(results, run.project, run.run)) {
    await removeRun(parts, run.project, run.run);
    return 'deleted';
  }
  await close(parts, run);
  const { scored, failed } = outcomes;
  parts.log.info({ project: run.project, run: run.run, scored, failed }, 'run finished');
  return 'finished';
}

/** Truth that came while the run was scored is compared now. The marker of the open run goes last. */
async function close(parts: Parts, run: Run): Promise<void> {
  await sendEvaluations(parts, run);
  await closeRun(parts.stores.results, run.project, run.run);
}

/** The summaries of all shards from this one on, in order; null at the first gap. */
async function summariesFrom(results: ObjectStore, run: Run, first: number): Promise<ListedSummary[] | null> {
  const summaries: ListedSummary[] = [];
  for await (const summary of listSummaries(results, run, first)) {
    if (summary.shard !== shardId(first + summaries.length)) return null;
    summaries.push(summary);
  }
  return first + summaries.length === run.shards ? summaries : null;
}

/** Counts from the keys; the bodies are read of shards with failures only. */
async function mergeShards(results: ObjectStore, run: Run, counted: readonly ListedSummary[]): Promise<Outcomes> {
  const pages = new FailurePages(results, run);
  const whole = counted.filter(({ failed }) => failed === 0);
  let total: Outcomes = { ...NO_OUTCOMES, scored: whole.reduce((sum, { scored }) => sum + scored, 0) };
  const partial = counted.filter(({ failed }) => failed > 0);
  const open = async ({ key, scored }: (typeof partial)[number]) =>
    (await readJson(results, key, shardSummarySchema)) ?? { scored };
  for await (const summary of inOrder(partial, READ_AT_ONCE, open)) {
    if ('outcomes' in summary) {
      total = mergeOutcomes(total, summary.outcomes);
      await pages.add(summary);
    } else total = { ...total, scored: total.scored + summary.scored };
  }
  await pages.end();
  return total;
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
