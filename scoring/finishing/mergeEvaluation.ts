/** From the evaluations of the shards to the metrics and the order of a run. */
import { resultKeys, shardId } from '../../domain/keys.ts';
import { mergeAll, metricsOf, type Summary } from '../../domain/metrics/index.ts';
import type { Run } from '../../domain/records.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { forEach, inOrderAhead } from '../concurrently.ts';
import { encodeLines } from '../jsonl.ts';
import { contentTypeOf } from '../objects.ts';
import { ORDER_KEPT, PAGE_ENTRIES, pageId } from '../pages.ts';
import type { OrderEntry, RunMetrics, ShardEvaluation } from '../records.ts';
import { readEvaluation } from '../shardEvaluations.ts';
import { readingAhead } from './limits.ts';
import { WorstEntries } from './order.ts';

const WRITTEN_AT_ONCE = 64;
/** Merged before they are added to the total, whose merges cost more the more it holds. */
const MERGED_AT_ONCE = 64;

/** A few shards are in memory at a time; they may come in any order. */
export class EvaluationMerge {
  readonly #run: Run;
  readonly #worst = new WorstEntries(ORDER_KEPT);
  #pending: Summary[] = [];

  constructor(run: Run) {
    this.#run = run;
  }

  add({ shard, summary, order }: ShardEvaluation): void {
    this.#pending.push(summary);
    this.#worst.add(order.map((entry) => ({ ...entry, shard })));
    if (this.#pending.length >= MERGED_AT_ONCE) this.#pending = [this.#total()];
  }

  /** metrics.json comes last. Repeating it writes the same bytes. */
  async write(results: ObjectStore, truth: string): Promise<RunMetrics> {
    const { project, run } = this.#run;
    const ordered = this.#worst.get();
    await writePages(results, this.#run, truth, ordered);
    const record: RunMetrics = { run, truth, ordered: ordered.length, metrics: metricsOf(this.#total()) };
    const key = resultKeys.metrics(project, run, truth);
    await results.put(key, JSON.stringify(record), { contentType: contentTypeOf(key) });
    return record;
  }

  #total(): Summary {
    const { layout, points } = this.#run.model;
    return mergeAll(this.#pending, layout, points);
  }
}

/** Of a truth that came later, whose evaluations are objects of their own: every shard's has to be there. */
export async function mergeEvaluation(results: ObjectStore, run: Run, truth: string): Promise<RunMetrics> {
  const merge = new EvaluationMerge(run);
  const shards = Array.from({ length: run.shards }, (_, i) => shardId(i));
  const read = (shard: string) => readEvaluation(results, run, truth, shard);
  for await (const one of inOrderAhead(shards, readingAhead(run.shardSize), read)) merge.add(one);
  return merge.write(results, truth);
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
