/** A queue that wakes its workers when something is sent to it. */
import type { Log } from '../scoring/ports.ts';
import type { JobQueue } from '../storage/ports.ts';

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
  return new Proxy(queue, {
    get(target, name) {
      if (Object.hasOwn(own, name)) return own[name as keyof typeof own];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
