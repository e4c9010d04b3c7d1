/** How far a run is, from the keys of its summaries alone: one LIST a thousand shards. */
import { parseSummaryKey, resultKeys } from '../../domain/keys.ts';
import type { Run } from '../../domain/records.ts';
import { listAll } from '../objects.ts';
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
  const counts: ShardCount[] = [];
  for await (const { key, modifiedAt } of listAll(stores.results, resultKeys.summaries(run.project, run.run))) {
    const summary = parseSummaryKey(key);
    if (!summary) continue;
    scored += summary.scored;
    failed += summary.failed;
    counts.push({ items: summary.scored + summary.failed, at: modifiedAt.getTime() });
  }
  const itemsPerSecond = recentRate(counts);
  const left = run.items - scored - failed;
  return {
    items: run.items,
    scored,
    failed,
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
