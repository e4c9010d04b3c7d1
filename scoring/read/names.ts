/** Where items whose keys begin with a prefix can lie, from the first keys of the shards. */
import { resultKeys } from '../../domain/keys.ts';
import type { Run } from '../../domain/records.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { listAll, readJson } from '../objects.ts';
import { planNamesSchema } from '../records.ts';

export interface ShardRange {
  /** Both included. `to` below `from`: none. */
  readonly from: number;
  readonly to: number;
}

/** All shards where the plan is not in order of keys. A LIST, and a GET for each call that the planner needed. */
export async function keyRange(results: ObjectStore, run: Run, prefix: string): Promise<ShardRange> {
  const firstKeys: string[] = [];
  for await (const { key } of listAll(results, resultKeys.planNames(run.project, run.run, run.attempt))) {
    const names = await readJson(results, key, planNamesSchema);
    if (!names?.sorted) return { from: 0, to: run.shards - 1 };
    firstKeys.push(...names.firstKeys);
  }
  return rangeOf(firstKeys.slice(0, run.shards), prefix);
}

/** `firstKeys` in UTF-8 order. */
export function rangeOf(firstKeys: readonly string[], prefix: string): ShardRange {
  const wanted = Buffer.from(prefix);
  const before = firstKeys.filter((key) => Buffer.compare(Buffer.from(key), wanted) < 0).length;
  const within = firstKeys.filter((key) => key.startsWith(prefix)).length;
  // The shard before the first one that begins at or after the prefix may end with keys that have it.
  const from = Math.max(0, before - 1);
  return { from, to: Math.max(before - 1, before + within - 1) };
}
