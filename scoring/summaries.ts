/** The summaries of a run's shards, from their keys alone: one LIST a thousand. */
import { parseSummaryKey, resultKeys, type ShardCounts, shardId } from '../domain/keys.ts';
import type { Run } from '../domain/records.ts';
import type { ObjectStore } from '../storage/ports.ts';
import { listAll } from './objects.ts';

export interface ListedSummary extends ShardCounts {
  /** Six digits. */
  readonly shard: string;
  readonly key: string;
  readonly modifiedAt: Date;
}

/**
 * One a shard, in plan order, from the shard of this index on. Where two releases settled a shard, its summary lies
 * under both spellings of its key, with the same counts: the one that tells codes sorts first, and is taken.
 */
export async function* listSummaries(
  results: ObjectStore,
  { project, run }: Pick<Run, 'project' | 'run'>,
  first = 0,
): AsyncGenerator<ListedSummary> {
  const { prefix, after } = summariesFrom(project, run, first);
  let last: string | null = null;
  for await (const { key, modifiedAt } of listAll(results, prefix, after)) {
    const summary = parseSummaryKey(key);
    if (!summary || summary.shard === last) continue;
    last = summary.shard;
    yield { ...summary, key, modifiedAt };
  }
}

/** Whether there are so many keys, from the shard of index `first` on, that `shards` may all have one. One LIST. */
export async function mayHaveSummaries(
  results: ObjectStore,
  { project, run }: Pick<Run, 'project' | 'run'>,
  first: number,
  shards: number,
): Promise<boolean> {
  const { objects, next } = await results.list(summariesFrom(project, run, first));
  return next !== null || objects.length >= shards;
}

function summariesFrom(project: string, run: string, first: number): { prefix: string; after?: string } {
  const prefix = resultKeys.summaries(project, run);
  // `<shard>.` sorts after `<shard>`, so the first shard is listed too.
  return first === 0 ? { prefix } : { prefix, after: prefix + shardId(first) };
}
