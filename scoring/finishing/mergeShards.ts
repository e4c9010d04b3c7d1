/** From the summaries of all shards to what finishing a run writes, done.json apart. Each summary is read once at most. */
import { mergeOutcomes, NO_OUTCOMES, type Outcomes } from '../../domain/metrics/index.ts';
import type { Run } from '../../domain/records.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { inOrderAhead, together } from '../concurrently.ts';
import { readJson } from '../objects.ts';
import { type ShardEvaluation, type ShardSummary, shardSummarySchema } from '../records.ts';
import { evaluationIn, readEvaluation, writeEvaluationShards } from '../shardEvaluations.ts';
import type { ListedSummary } from '../summaries.ts';
import { FailurePages } from './failurePages.ts';
import { readingAhead } from './limits.ts';
import { EvaluationMerge } from './mergeEvaluation.ts';

/** Whether a shard's summary is opened: its key tells the counts, but not which items failed and by how much they err. */
export function isOpened(run: Run, { failed }: ListedSummary): boolean {
  return run.truth !== null || failed > 0;
}

/** `counted`: the summaries of all shards, in plan order. Repeating it writes the same bytes. */
export async function mergeShards(
  results: ObjectStore,
  run: Run,
  counted: readonly ListedSummary[],
): Promise<Outcomes> {
  const whole = counted.filter((one) => !isOpened(run, one));
  let total: Outcomes = { ...NO_OUTCOMES, scored: whole.reduce((sum, { scored }) => sum + scored, 0) };
  const opened = counted.filter((one) => isOpened(run, one));
  const pages = new FailurePages(results, run);
  const evaluation = new EvaluationMerge(run);
  const open = (listed: ListedSummary) => openShard(results, run, listed);
  try {
    for await (const shard of inOrderAhead(opened, readingAhead(mostEntries(run, opened)), open)) {
      total = mergeOutcomes(total, shard.outcomes);
      await pages.add(shard);
      if (shard.evaluation) evaluation.add(shard.evaluation);
    }
    if (run.truth !== null) {
      const { truth } = run;
      const keys = counted.map(({ key }) => key);
      await together(evaluation.write(results, truth), writeEvaluationShards(results, run, truth, keys), pages.end());
    } else await pages.end();
  } finally {
    // Nothing runs on behind the caller's back.
    await pages.settled();
  }
  return total;
}

/** Failures, or faces and their errors, that one of these holds at most. */
function mostEntries(run: Run, opened: readonly ListedSummary[]): number {
  return run.truth === null ? opened.reduce((most, { failed }) => Math.max(most, failed), 0) : run.shardSize;
}

interface OpenedShard extends Pick<ShardSummary, 'shard' | 'outcomes' | 'failures'> {
  /** Null where the run has no truth. */
  readonly evaluation: ShardEvaluation | null;
}

async function openShard(results: ObjectStore, run: Run, { key, shard, scored }: ListedSummary): Promise<OpenedShard> {
  // It is gone where the run is being deleted, which is looked for when all is written.
  const gone: ShardSummary = { shard, outcomes: { ...NO_OUTCOMES, scored }, failures: [] };
  const summary = (await readJson(results, key, shardSummarySchema)) ?? gone;
  const { outcomes, failures } = summary;
  if (run.truth === null) return { shard, outcomes, failures, evaluation: null };
  const evaluation = evaluationIn(summary, run.truth) ?? (await readEvaluation(results, run, run.truth, shard));
  return { shard, outcomes, failures, evaluation };
}
