/** Sends the shards of a planned run that have no summary yet. */
import { shardId } from '../../domain/keys.ts';
import type { Run } from '../../domain/records.ts';
import type { ScoringParts } from '../ports.ts';
import { listSummaries } from '../summaries.ts';
import { scoreMessage } from './messages.ts';

const SENT_AT_ONCE = 1000;

/** Gives how many were sent. `fresh`: nobody can have scored any yet. */
export async function announceShards(
  { stores, queues }: Pick<ScoringParts, 'stores' | 'queues'>,
  run: Run,
  { fresh }: { readonly fresh: boolean },
): Promise<number> {
  const settled = new Set<string>();
  if (!fresh) {
    for await (const { shard } of listSummaries(stores.results, run)) settled.add(shard);
  }
  let sent = 0;
  for (let from = 0; from < run.shards; from += SENT_AT_ONCE) {
    const messages = Array.from({ length: Math.min(SENT_AT_ONCE, run.shards - from) }, (_, i) => shardId(from + i))
      .filter((shard) => !settled.has(shard))
      .map((shard) => scoreMessage(run, shard, { again: !fresh }));
    if (messages.length > 0) await queues.score.sendAll(messages);
    sent += messages.length;
  }
  return sent;
}
