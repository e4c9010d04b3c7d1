/** Plans and scores what waits on the queues of an embedded storage, until nothing does. */
import { scoreMessageSchema } from '../../domain/records.ts';
import { handlePlanMessage } from '../../scoring/plan.ts';
import { scoreShard } from '../../scoring/scoreShard.ts';
import type { JobQueue } from '../../storage/ports.ts';
import type { Parts } from '../scoring/world.ts';

export async function workOff(parts: Parts): Promise<void> {
  const { plan, score } = parts.queues;
  for (let busy = true; busy; ) {
    const planned = await each(plan, (body) => handlePlanMessage(parts, body));
    const scored = await each(score, (body) =>
      scoreShard(parts, scoreMessageSchema.parse(JSON.parse(body)), { signal: new AbortController().signal }),
    );
    busy = planned || scored;
  }
}

async function each(queue: JobQueue, handle: (body: string) => Promise<unknown>): Promise<boolean> {
  const messages = await queue.receive({ max: 10, waitSeconds: 0, leaseSeconds: 60 });
  for (const { body, receipt } of messages) {
    await handle(body);
    await queue.acknowledge(receipt);
  }
  return messages.length > 0;
}
