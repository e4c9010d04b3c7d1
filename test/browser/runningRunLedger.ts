/** The objects of a run as it goes on, of any size: its record, and the summaries of the shards that are settled. */
import pLimit from 'p-limit';
import { resultKeys, shardId } from '../../domain/keys.ts';
import type { Stores } from '../../storage/ports.ts';
import { recordOf, SHARD_SIZE } from './largeRunLedger.ts';

const RUN = 'running';

export interface RunningRun {
  readonly run: string;
  /** Settles the next shards; in each of them so many items fail, by code. */
  settle(shards: number, errors: Readonly<Record<string, number>>): Promise<void>;
  /** Settles the next shard as releases did whose keys did not tell codes. */
  settleAsBefore(failed: number): Promise<void>;
}

export async function writeRunningRun({ results }: Pick<Stores, 'results'>, shards: number): Promise<RunningRun> {
  await results.put(resultKeys.record('default', RUN), JSON.stringify(recordOf(RUN, shards * SHARD_SIZE, shards)));
  const limit = pLimit(8);
  let next = 0;
  const put = (failed: number, errors: Readonly<Record<string, number>>) => {
    const key = resultKeys.summary('default', RUN, shardId(next++), { scored: SHARD_SIZE - failed, failed, errors });
    return limit(() => results.put(key, '{}'));
  };
  return {
    run: RUN,
    async settle(count, errors) {
      const failed = Object.values(errors).reduce((sum, one) => sum + one, 0);
      await Promise.all(Array.from({ length: count }, () => put(failed, errors)));
    },
    async settleAsBefore(failed) {
      await put(failed, {});
    },
  };
}
