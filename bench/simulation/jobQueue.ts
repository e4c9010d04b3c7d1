/** A queue in memory, as SQS is: at least once, in no order, late, a request for ten messages sent. */
import { FiducialError } from '../../domain/errors.ts';
import type { JobQueue, QueueCounts, ReceivedMessage, ReceiveOptions, SendOptions } from '../../storage/ports.ts';
import { ASSUMED } from './assumptions.ts';
import { callMs, type Network } from './network.ts';

interface Message {
  readonly id: string;
  readonly body: string;
  readonly group: string | null;
  receives: number;
  receipt: string | null;
  /** Its holder is done with it, one way or the other: no heartbeat any more. */
  gone: boolean;
}

interface Waiter {
  waits: boolean;
  readonly wake: () => void;
}

const SENT_IN_A_REQUEST = 10;
const REQUESTS_AT_ONCE = 8;

/**
 * What a worker is told to ask for. The heartbeat of its lease beats by the machine's clock, on which a simulation may
 * take an hour, so it must never beat: the queue here extends leases itself, and takes this for ASSUMED.leaseSeconds.
 */
export const NO_HEARTBEAT_SECONDS = 1_000_000;

function leaseMs(seconds: number): number {
  return (seconds === NO_HEARTBEAT_SECONDS ? ASSUMED.leaseSeconds : seconds) * 1000;
}

/** Whoever received with this is alive: its heartbeat extends what it holds. */
export type Alive = () => boolean;

export class SimulatedQueue {
  readonly name: string;
  readonly #network: Network;
  readonly #visible: Message[] = [];
  readonly #held = new Map<string, Message>();
  readonly #waiting: Waiter[] = [];
  #next = 0;
  redelivered = 0;

  constructor(name: string, network: Network) {
    this.name = name;
    this.#network = network;
  }

  get counts(): QueueCounts {
    return { visible: this.#visible.length, inFlight: this.#held.size, delayed: 0, dead: 0 };
  }

  /** As S3 sends events: late, and now and then twice. */
  event(body: string): void {
    const { clock, chance, faults } = this.#network;
    const times = faults && chance.happens(ASSUMED.duplicateEvents) ? 2 : 1;
    for (let i = 0; i < times; i++) clock.after(chance.latency(ASSUMED.latency.event), () => this.#deliver(body, null));
  }

  /** The port as one process sees it. */
  openedBy(alive: Alive): JobQueue {
    const call = () => this.#call();
    return {
      name: this.name,
      deadLetters: null,
      send: (body, options: SendOptions = {}) => this.#sendAll([{ body, ...options }]),
      sendAll: (messages) => this.#sendAll(messages),
      receive: (options) => this.#receive(options, alive),
      extend: async (receipt, leaseSeconds) => {
        await call();
        const message = this.#heldBy(receipt);
        message.gone = true;
        this.#network.clock.after(leaseMs(leaseSeconds), () => this.#giveBack(receipt, message));
      },
      acknowledge: async (receipt) => {
        await call();
        this.#heldBy(receipt).gone = true;
        this.#held.delete(receipt);
      },
      release: async (receipt) => {
        await call();
        this.#giveBack(receipt, this.#heldBy(receipt));
      },
      counts: async () => {
        await call();
        return this.counts;
      },
      redrive: async () => 0,
    };
  }

  async #sendAll(messages: readonly { readonly body: string; readonly group?: string }[]): Promise<void> {
    const { clock, chance } = this.#network;
    const atOnce = SENT_IN_A_REQUEST * REQUESTS_AT_ONCE;
    for (let at = 0; at < messages.length; at += atOnce) {
      const some = messages.slice(at, at + atOnce);
      const requests = Array.from({ length: Math.ceil(some.length / SENT_IN_A_REQUEST) }, () =>
        callMs(this.#network, `${this.name}.send`, ASSUMED.latency.queue),
      );
      await clock.sleep(Math.max(...requests));
      for (const { body, group } of some) {
        clock.after(chance.latency(ASSUMED.latency.delivery), () => this.#deliver(body, group ?? null));
      }
    }
  }

  async #receive({ max, waitSeconds, leaseSeconds, signal }: ReceiveOptions, alive: Alive): Promise<ReceivedMessage[]> {
    await this.#call('receive');
    // A long poll: whoever is woken and finds that another was faster goes on waiting.
    const until = this.#network.clock.now + waitSeconds * 1000;
    while (this.#visible.length === 0 && this.#network.clock.now < until && !signal?.aborted) {
      await this.#arrival(until, signal);
    }
    if (!alive()) return [];
    return this.#visible.splice(0, max).map((message) => this.#hold(message, leaseSeconds, alive));
  }

  #arrival(until: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        waits: true,
        wake: () => {
          waiter.waits = false;
          resolve();
        },
      };
      this.#waiting.push(waiter);
      signal?.addEventListener('abort', waiter.wake, { once: true });
      this.#network.clock.after(until - this.#network.clock.now, waiter.wake);
    });
  }

  #hold(message: Message, leaseSeconds: number, alive: Alive): ReceivedMessage {
    const { chance, faults } = this.#network;
    message.receives++;
    const receipt = `${message.id}/${message.receives}`;
    message.receipt = receipt;
    this.#held.set(receipt, message);
    this.#watch(receipt, message, leaseSeconds, alive);
    if (faults && chance.happens(ASSUMED.duplicates)) {
      this.redelivered++;
      this.#network.clock.after(chance.exponential(60_000), () => this.#deliver(message.body, message.group));
    }
    return { id: message.id, body: message.body, receipt, receives: message.receives, group: message.group };
  }

  /** A third of the lease at a time, as storage/messageLease.ts extends it. */
  #watch(receipt: string, message: Message, leaseSeconds: number, alive: Alive): void {
    const lease = leaseMs(leaseSeconds);
    this.#network.clock.after(lease / 3, () => {
      if (message.gone || message.receipt !== receipt) return;
      if (!alive()) {
        this.#network.clock.after((lease * 2) / 3, () => this.#giveBack(receipt, message));
        return;
      }
      this.#network.requests.add(`${this.name}.extend`);
      this.#watch(receipt, message, leaseSeconds, alive);
    });
  }

  #giveBack(receipt: string, message: Message): void {
    if (!this.#held.delete(receipt)) return;
    this.redelivered++;
    message.receipt = null;
    message.gone = false;
    this.#visible.push(message);
    this.#wakeOne();
  }

  #deliver(body: string, group: string | null): void {
    this.#visible.push({ id: String(this.#next++), body, group, receives: 0, receipt: null, gone: false });
    this.#wakeOne();
  }

  #wakeOne(): void {
    for (let waiter = this.#waiting.shift(); waiter; waiter = this.#waiting.shift()) {
      if (!waiter.waits) continue;
      waiter.wake();
      return;
    }
  }

  #heldBy(receipt: string): Message {
    const message = this.#held.get(receipt);
    if (!message) throw new FiducialError('LEASE_LOST', 'Expected a receipt that holds its message');
    return message;
  }

  async #call(method = 'change'): Promise<void> {
    await this.#network.clock.sleep(callMs(this.#network, `${this.name}.${method}`, ASSUMED.latency.queue));
  }
}
