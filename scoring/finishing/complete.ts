/** Whether every shard of a run has its summary. */
import { shardId } from '../../domain/keys.ts';
import type { Run } from '../../domain/records.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { inOrder } from '../concurrently.ts';
import { type ListedSummary, listSummaries, mayHaveSummaries } from '../summaries.ts';

const LISTED_AT_ONCE = 1000;
const LISTS_AT_ONCE = 16;

/**
 * The last thousand; null where one of them is missing, as it is almost every time: then the number of keys says so, and
 * none is looked at. One LIST, and another where they are there.
 */
export async function lastSummaries(results: ObjectStore, run: Run): Promise<ListedSummary[] | null> {
  const first = Math.max(0, run.shards - LISTED_AT_ONCE);
  if (!(await mayHaveSummaries(results, run, first, run.shards - first))) return null;
  return range(results, run, first, run.shards);
}

/** All of them, in plan order, given the last thousand; null where one is missing. A LIST a thousand, beside each other. */
export async function allSummaries(
  results: ObjectStore,
  run: Run,
  last: readonly ListedSummary[],
): Promise<readonly ListedSummary[] | null> {
  const parts = [last];
  // From the end on: that is where shards are missing, if any are.
  const ends = Array.from(
    { length: Math.ceil((run.shards - last.length) / LISTED_AT_ONCE) },
    (_, i) => run.shards - last.length - i * LISTED_AT_ONCE,
  );
  const listed = inOrder(ends, LISTS_AT_ONCE, (end) => range(results, run, Math.max(0, end - LISTED_AT_ONCE), end));
  for await (const part of listed) {
    if (!part) return null;
    parts.push(part);
  }
  return parts.reverse().flat();
}

/** From the shard of index `first` to the one before `end`. */
async function range(results: ObjectStore, run: Run, first: number, end: number): Promise<ListedSummary[] | null> {
  const summaries: ListedSummary[] = [];
  if (first === end) return summaries;
  for await (const summary of listSummaries(results, run, first)) {
    if (summary.shard !== shardId(first + summaries.length)) return null;
    summaries.push(summary);
    if (summaries.length === end - first) return summaries;
  }
  return null;
}
