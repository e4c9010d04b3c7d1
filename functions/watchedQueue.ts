/**
 * A worker's queue, watched: the task is protected while messages are held, told to go when a deployment waits for it,
 * and its health file is touched as long as it turns.
 *
 * A message is held from its receive until it is acknowledged; one that is put back instead is not extended any more,
 * so a receipt without an extension for most of a lease is not held either.
 */
import type { JobQueue, ReceivedMessage, ReceiveOptions } from '../storage/ports.ts';
import { overriding } from './overriding.ts';
import type { TaskProtection } from './taskProtection.ts';

/** Of a lease. The heartbeat extends after a third of it. */
const HELD_FOR = 0.8;
/** Nothing held for so long: idle. Shorter pauses between messages are not worth two requests to the agent. */
const IDLE_MS = 15_000;

export interface WatchedQueueOptions {
  readonly protection: TaskProtection;
  /** Touches the health file. */
  alive(): void;
  /** A deployment waits: stop as for SIGTERM. */
  askToStop(): void;
  readonly now?: () => number;
}

export function watchedQueue(queue: JobQueue, options: WatchedQueueOptions): JobQueue {
  const { protection, alive, askToStop, now = Date.now } = options;
  /** Receipt to the time until which it counts as held. */
  const held = new Map<string, number>();
  let lastHeldAt = now();
  const hold = (receipt: string, leaseSeconds: number) => held.set(receipt, now() + leaseSeconds * 1000 * HELD_FOR);

  async function settle(): Promise<void> {
    for (const [receipt, until] of held) if (until < now()) held.delete(receipt);
    if (held.size > 0) lastHeldAt = now();
    else if (now() - lastHeldAt >= IDLE_MS) await protection.release();
  }

  async function protect(): Promise<void> {
    if ((await protection.take()) === 'blocked') askToStop();
  }

  async function receive(receiveOptions: ReceiveOptions): Promise<readonly ReceivedMessage[]> {
    alive();
    await settle();
    const messages = await queue.receive(receiveOptions);
    for (const { receipt } of messages) hold(receipt, receiveOptions.leaseSeconds);
    if (messages.length > 0) lastHeldAt = now();
    if (messages.length > 0) await protect();
    return messages;
  }

  async function extend(receipt: string, leaseSeconds: number): Promise<void> {
    alive();
    await queue.extend(receipt, leaseSeconds);
    if (!held.has(receipt)) return;
    hold(receipt, leaseSeconds);
    await protect();
  }

  async function giveUp(method: 'acknowledge' | 'release', receipt: string): Promise<void> {
    await queue[method](receipt);
    held.delete(receipt);
    lastHeldAt = now();
  }

  return overriding(queue, {
    receive,
    extend,
    acknowledge: (receipt) => giveUp('acknowledge', receipt),
    release: (receipt) => giveUp('release', receipt),
  });
}
