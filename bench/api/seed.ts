/** Finished runs in a ledger, enough of them for the queries of the benchmark. */
import { resultKeys } from '../../domain/keys.ts';
import type { Done, Run } from '../../domain/records.ts';
import { indexKeys } from '../../scoring/planning/indexes.ts';
import type { Stores } from '../../storage/ports.ts';

export async function seedRuns({ results }: Pick<Stores, 'results'>, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const run = runOf(`r${i}`, new Date(Date.UTC(2026, 0, 1, 0, i)).toISOString());
    for (const key of indexKeys(run, run.model.name)) await results.put(key, '{}');
    await results.put(resultKeys.record(run.project, run.run), JSON.stringify(run));
    await results.put(resultKeys.done(run.project, run.run), JSON.stringify(doneOf(run)));
  }
}

function runOf(run: string, committedAt: string): Run {
  return {
    run,
    project: 'default',
    batch: 'b',
    commit: 'c',
    model: { owner: 'shared', name: 'nose', version: 'v1', sha256: 'a'.repeat(64), layout: 'nose1', points: 1 },
    detector: null,
    crop: 'whole',
    errorThreshold: 0,
    retryOf: null,
    codeVersion: 'bench',
    attempt: 'a',
    items: 100,
    shards: 7,
    shardSize: 16,
    truth: null,
    committedAt,
  };
}

function doneOf({ run, committedAt }: Run): Done {
  return { run, items: 100, scored: 100, failed: 0, errors: {}, aboveThreshold: false, finishedAt: committedAt };
}
