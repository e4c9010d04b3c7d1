/** A queue that wakes its workers when something is sent to it. */
import type { Log } from '../scoring/ports.ts';
import type { JobQueue } from '../storage/ports.ts';
import { overriding } from './overriding.ts';

export type OnSent = (bodies: readonly string[]) => Promise<unknown>;

/**
 * `onSent` runs after the messages are safe, and may fail: they are there, and the scaling rules and the sweep find
 * them too.
 */
export function wakingQueue(queue: JobQueue, onSent: OnSent, log: Log): JobQueue {
  async function after(bodies: readonly string[]): Promise<void> {
    if (bodies.length === 0) return;
    try {
      await onSent(bodies);
    } catch (error) {
      log.warn({ queue: queue.name, error }, 'workers were not woken');
    }
  }
  const own: Pick<JobQueue, 'send' | 'sendAll'> = {
    async send(body, options) {
      await queue.send(body, options);
      await after([body]);
    },
    async sendAll(messages, options) {
      await queue.sendAll(messages, options);
      await after(messages.map(({ body }) => body));
    },
  };
  return overriding(queue, own);
}
