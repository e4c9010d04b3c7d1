/** How far a run is, from the keys of its summaries alone: one LIST a thousand shards. */
import type { Run } from '../../domain/records.ts';
import { listSummaries } from '../summaries.ts';
import type { ReadStores, RunProgress } from './types.ts';

/** The rate is that of the latest so many shards. */
const RECENT_SHARDS = 64;

interface ShardCount {
  readonly items: number;
  readonly at: number;
}

export async function readProgress(
  stores: Pick<ReadStores, 'results'>,
  run: Pick<Run, 'project' | 'run' | 'items' | 'shards'>,
): Promise<RunProgress> {
  let scored = 0;
  let failed = 0;
  const errors: Record<string, number> = {};
  const counts: ShardCount[] = [];
  for await (const { modifiedAt, ...summary } of listSummaries(stores.results, run)) {
    scored += summary.scored;
    failed += summary.failed;
    for (const [code, count] of Object.entries(summary.errors)) errors[code] = (errors[code] ?? 0) + count;
    counts.push({ items: summary.scored + summary.failed, at: modifiedAt.getTime() });
  }
  const itemsPerSecond = recentRate(counts);
  const left = run.items - scored - failed;
  return {
    items: run.items,
    scored,
    failed,
    errors,
    shards: run.shards,
    shardsDone: counts.length,
    fraction: run.items === 0 ? 1 : (scored + failed) / run.items,
    itemsPerSecond,
    secondsLeft: left === 0 ? 0 : itemsPerSecond === null ? null : left / itemsPerSecond,
  };
}

/** Items of the latest shards but the first of them, over the time from its end to the last one's. */
function recentRate(counts: ShardCount[]): number | null {
  const latest = counts.sort((a, b) => a.at - b.at).slice(-RECENT_SHARDS);
  const [start, end] = [latest.at(0), latest.at(-1)];
  if (!start || !end || end.at <= start.at) return null;
  const items = latest.slice(1).reduce((sum, count) => sum + count.items, 0);
  return (items * 1000) / (end.at - start.at);
}
