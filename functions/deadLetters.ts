/** Lambda: settles as failed what the score and the plan queue gave up on, so that runs complete. */
import { handleDeadPlan, handleDeadShard } from '../scoring/deadLetters.ts';
import type { ScoringParts } from '../scoring/ports.ts';
import { RunRecords } from '../scoring/runRecords.ts';
import { openAwsParts } from './awsParts.ts';
import { type BatchResponse, handleMessages } from './sqsHandler.ts';

export function createDeadLetters(parts: ScoringParts) {
  const scoring = { ...parts, runs: new RunRecords(parts.stores.results) };
  return (event: unknown): Promise<BatchResponse> =>
    handleMessages(
      event,
      async (message) => {
        const shard = await handleDeadShard(scoring, message);
        const outcome = shard === 'nothing to settle' ? await handleDeadPlan(scoring, message) : shard;
        // `wait`: for one lease, which is how long the queue hides it.
        return outcome === 'wait' ? 'again' : 'done';
      },
      parts.log,
    );
}

let handle: ReturnType<typeof createDeadLetters> | null = null;

export async function handler(event: unknown): Promise<BatchResponse> {
  handle ??= createDeadLetters(openAwsParts('dead letters'));
  return handle(event);
}
