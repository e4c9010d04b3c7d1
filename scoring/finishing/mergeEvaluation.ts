/** From the evaluations of the shards to the metrics and the order of the run. A few shards are in memory at a time. */
import { FiducialError } from '../../domain/errors.ts';
import { resultKeys, shardId } from '../../domain/keys.ts';
import { mergeAll, metricsOf, type Summary } from '../../domain/metrics/index.ts';
import type { Run } from '../../domain/records.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { forEach, inOrderAhead } from '../concurrently.ts';
import { encodeLines } from '../jsonl.ts';
import { contentTypeOf, readJson } from '../objects.ts';
import { ORDER_KEPT, PAGE_ENTRIES, pageId } from '../pages.ts';
import { type OrderEntry, type RunMetrics, type ShardEvaluation, shardEvaluationSchema } from '../records.ts';
import { readingAhead } from './limits.ts';
import { WorstEntries } from './order.ts';

const WRITTEN_AT_ONCE = 64;
/** Merged before they are added to the total, whose merges cost more the more it holds. */
const MERGED_AT_ONCE = 64;

/** Every shard's evaluation has to be there. metrics.json comes last. Repeating it writes the same bytes. */
export async function mergeEvaluation(results: ObjectStore, run: Run, truth: string): Promise<RunMetrics> {
  const { layout, points } = run.model;
  const worst = new WorstEntries(ORDER_KEPT);
  let pending: Summary[] = [];
  const shards = Array.from({ length: run.shards }, (_, i) => shardId(i));
  const evaluations = inOrderAhead(shards, readingAhead(run.shardSize), (shard) => read(results, run, truth, shard));
  for await (const { shard, summary, order } of evaluations) {
    pending.push(summary);
    worst.add(order.map((entry) => ({ ...entry, shard })));
    if (pending.length >= MERGED_AT_ONCE) pending = [mergeAll(pending, layout, points)];
  }
  const ordered = worst.get();
  await writePages(results, run, truth, ordered);
  const metrics = metricsOf(mergeAll(pending, layout, points));
  const record: RunMetrics = { run: run.run, truth, ordered: ordered.length, metrics };
  const key = resultKeys.metrics(run.project, run.run, truth);
  await results.put(key, JSON.stringify(record), { contentType: contentTypeOf(key) });
  return record;
}

async function read(results: ObjectStore, run: Run, truth: string, shard: string): Promise<ShardEvaluation> {
  const key = resultKeys.evaluationSummary(run.project, run.run, truth, shard);
  const evaluation = await readJson(results, key, shardEvaluationSchema);
  if (evaluation) return evaluation;
  throw new FiducialError('NOT_FOUND', `Expected the evaluation of shard ${shard}, got nothing`, {
    ids: { run: run.run, shard },
    retryable: true,
  });
}

async function writePages(results: ObjectStore, run: Run, truth: string, ordered: readonly OrderEntry[]) {
  const pages = Array.from({ length: Math.ceil(ordered.length / PAGE_ENTRIES) }, (_, i) => i);
  const write = async (page: number) => {
    const key = resultKeys.order(run.project, run.run, truth, pageId(page));
    const entries = ordered.slice(page * PAGE_ENTRIES, (page + 1) * PAGE_ENTRIES);
    await results.put(key, encodeLines(entries), { contentType: contentTypeOf(key) });
  };
  await forEach(pages, WRITTEN_AT_ONCE, write);
}
