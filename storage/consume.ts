/** Receives messages and works on several at once, until told to stop. */
import { setTimeout as delay } from 'node:timers/promises';
import { isFiducialError } from '../domain/errors.ts';
import type { Log } from './log.ts';
import { Lease } from './messageLease.ts';
import type { JobQueue, ReceivedMessage } from './ports.ts';
import { type ByWeight, Room } from './room.ts';

export interface ConsumeOptions {
  /** Messages worked on at once: so many, or by what they weigh. */
  readonly atOnce: number | ByWeight;
  readonly leaseSeconds: number;
  /** Long poll, 0 to 20. */
  readonly waitSeconds: number;
  /** Stops receiving; what is worked on is told to end too. */
  readonly signal: AbortSignal;
  readonly log: Log;
  /** What is sent where a message is to be done anew. Default: its body as it is. */
  readonly anewAs?: (body: string) => string;
  /** A failed message comes again after this, doubled with each receive. Default: 5 s, at most 15 minutes. */
  readonly retryAfterSeconds?: number;
}

/**
 * `done`: acknowledge. `later`: leave it for one lease. `anew`: it was not finished for a reason that is no fault of
 * its: it is sent anew, then deleted, so that this receive does not count.
 */
export type Consumed = 'done' | 'later' | 'anew';

const MOST_RECEIVED = 10;
const LONGEST_RETRY_SECONDS = 900;

/** `work` gets a signal that aborts on stop and where the lease is lost. Returns when all that was received is settled. */
export async function consume(
  queue: JobQueue,
  options: ConsumeOptions,
  work: (message: ReceivedMessage, signal: AbortSignal) => Promise<Consumed>,
): Promise<void> {
  const busy = new Set<Promise<void>>();
  const room = new Room(options.atOnce);
  while (!options.signal.aborted) {
    if (room.free <= 0) {
      await Promise.race(busy);
      continue;
    }
    const messages = await receive(queue, room.free, options);
    for (const message of messages) {
      const end = room.take(message.body);
      const one: Promise<void> = handle(queue, message, options, work).finally(() => {
        busy.delete(one);
        end();
      });
      busy.add(one);
    }
  }
  await Promise.all(busy);
}

async function receive(queue: JobQueue, free: number, options: ConsumeOptions): Promise<readonly ReceivedMessage[]> {
  const { leaseSeconds, waitSeconds, signal, log } = options;
  try {
    return await queue.receive({ max: Math.min(MOST_RECEIVED, free), waitSeconds, leaseSeconds, signal });
  } catch (error) {
    if (signal.aborted) return [];
    log.error({ queue: queue.name, error }, 'nothing could be received');
    await delay(1000, undefined, { signal }).catch(() => {});
    return [];
  }
}

/** Never throws: what can't be acknowledged comes again. */
async function handle(
  queue: JobQueue,
  message: ReceivedMessage,
  options: ConsumeOptions,
  work: (message: ReceivedMessage, signal: AbortSignal) => Promise<Consumed>,
): Promise<void> {
  const { leaseSeconds, signal, log } = options;
  const lease = new Lease(queue, message, leaseSeconds, log);
  try {
    const consumed = await attempt(message, AbortSignal.any([signal, lease.lost]), options, work);
    if (consumed === 'later') await queue.extend(message.receipt, leaseSeconds);
    if (consumed === 'failed') await queue.extend(message.receipt, retrySeconds(message, options));
    if (consumed === 'anew') await sendAnew(queue, message, options);
    if (consumed === 'done' || consumed === 'anew') await queue.acknowledge(message.receipt);
  } catch (error) {
    if (!isFiducialError(error, 'LEASE_LOST')) log.warn({ queue: queue.name, error }, 'a message was not put back');
  } finally {
    lease.end();
  }
}

function sendAnew(queue: JobQueue, { body, group }: ReceivedMessage, { anewAs }: ConsumeOptions): Promise<void> {
  return queue.send(anewAs ? anewAs(body) : body, group === null ? {} : { group });
}

async function attempt(
  message: ReceivedMessage,
  signal: AbortSignal,
  { signal: stop, log }: ConsumeOptions,
  work: (message: ReceivedMessage, signal: AbortSignal) => Promise<Consumed>,
): Promise<Consumed | 'failed' | 'lost'> {
  try {
    return await work(message, signal);
  } catch (error) {
    if (stop.aborted) return 'anew';
    if (signal.aborted) return 'lost';
    log.error({ message: message.body.slice(0, 300), receives: message.receives, error }, 'a message failed');
    return 'failed';
  }
}

function retrySeconds({ receives }: ReceivedMessage, { retryAfterSeconds = 5 }: ConsumeOptions): number {
  return Math.min(LONGEST_RETRY_SECONDS, retryAfterSeconds * 2 ** Math.min(10, receives - 1));
}
