import { FiducialError } from '../../domain/errors.ts';
import { throwIfAborted } from '../abort.ts';
import type { CallOptions, JobQueue, QueueCounts, ReceivedMessage, ReceiveOptions, SendOptions } from '../ports.ts';
import { assertReceive, assertSeconds, MAX_DELAY_SECONDS, MAX_LEASE_SECONDS } from '../queueLimits.ts';
import type { Ledger } from './ledger.ts';
import type { MessageRows } from './messageRows.ts';

/** How often a long poll looks for what other processes sent. */
const POLL_MS = 100;
/** Messages moved in one transaction by a redrive. */
const REDRIVE_PAGE = 500;

export class EmbeddedJobQueue implements JobQueue {
  readonly name: string;
  readonly deadLetters: JobQueue | null;
  readonly #ledger: Ledger;
  readonly #rows: MessageRows;
  readonly #dead: { readonly queue: string; readonly maxReceives: number } | null;

  /** `maxReceives` is null for a queue of dead letters. */
  constructor(name: string, ledger: Ledger, rows: MessageRows, maxReceives: number | null) {
    this.name = name;
    this.#ledger = ledger;
    this.#rows = rows;
    this.#dead = maxReceives === null ? null : { queue: `${name}-dead`, maxReceives };
    this.deadLetters = this.#dead ? new EmbeddedJobQueue(this.#dead.queue, ledger, rows, null) : null;
  }

  async send(body: string, options: SendOptions = {}): Promise<void> {
    await this.sendAll([{ body, ...options }], options);
  }

  async sendAll(
    messages: readonly { readonly body: string; readonly group?: string; readonly delaySeconds?: number }[],
    options: CallOptions = {},
  ): Promise<void> {
    for (const { delaySeconds = 0 } of messages) assertSeconds('delaySeconds', delaySeconds, MAX_DELAY_SECONDS);
    await this.#ledger.transact(() => {
      for (const { body, group = '', delaySeconds = 0 } of messages) {
        this.#rows.insert(this.name, body, group, delaySeconds * 1000);
      }
    }, options.signal);
  }

  async receive(options: ReceiveOptions): Promise<readonly ReceivedMessage[]> {
    const { max, waitSeconds, leaseSeconds, signal } = options;
    assertReceive(options);
    const deadline = performance.now() + waitSeconds * 1000;
    for (;;) {
      throwIfAborted(signal);
      const received = await this.#receiveNow(max, leaseSeconds * 1000, signal);
      const left = deadline - performance.now();
      if (received.length > 0 || left <= 0) return received;
      await this.#arrival(Math.min(left, POLL_MS), signal);
    }
  }

  async extend(receipt: string, leaseSeconds: number, options: CallOptions = {}): Promise<void> {
    assertSeconds('leaseSeconds', leaseSeconds, MAX_LEASE_SECONDS);
    const write = () => this.#rows.extend(this.name, receipt, leaseSeconds * 1000);
    if (!(await this.#ledger.transact(write, options.signal))) throw this.#leaseLost(receipt);
  }

  async acknowledge(receipt: string, options: CallOptions = {}): Promise<void> {
    const write = () => this.#rows.remove(this.name, receipt);
    if (!(await this.#ledger.transact(write, options.signal))) throw this.#leaseLost(receipt);
  }

  async release(receipt: string, options: CallOptions = {}): Promise<void> {
    const write = () => this.#rows.release(this.name, receipt);
    if (!(await this.#ledger.transact(write, options.signal))) throw this.#leaseLost(receipt);
  }

  counts(options: CallOptions = {}): Promise<QueueCounts> {
    return this.#ledger.read(() => {
      const dead = this.#dead ? this.#rows.counts(this.#dead.queue) : null;
      return { ...this.#rows.counts(this.name), dead: dead ? dead.visible + dead.inFlight + dead.delayed : 0 };
    }, options.signal);
  }

  async redrive(options: CallOptions = {}): Promise<number> {
    const dead = this.#dead;
    if (!dead) throw new FiducialError('INVALID_INPUT', `Expected a queue with dead letters, got ${this.name}`);
    for (let moved = 0; ; ) {
      const page = await this.#ledger.transact(
        () => this.#rows.moveAll(dead.queue, this.name, REDRIVE_PAGE),
        options.signal,
      );
      moved += page;
      if (page < REDRIVE_PAGE) return moved;
    }
  }

  /** Takes the write lock only where there is something to take. */
  async #receiveNow(max: number, leaseMs: number, signal: AbortSignal | undefined): Promise<ReceivedMessage[]> {
    if (!(await this.#ledger.read(() => this.#rows.hasVisible(this.name), signal))) return [];
    return this.#ledger.transact(() => this.#rows.lease(this.name, max, leaseMs, this.#dead), signal);
  }

  /** Until a message may have come, `ms` at most. */
  #arrival(ms: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const { arrivals } = this.#rows;
      const wake = () => {
        clearTimeout(timer);
        arrivals.off(this.name, wake);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      arrivals.on(this.name, wake);
      signal?.addEventListener('abort', wake);
    });
  }

  #leaseLost(receipt: string): FiducialError {
    return new FiducialError(
      'LEASE_LOST',
      `The lease of ${receipt} on ${this.name} ended: another delivery may hold it`,
      {
        ids: { queue: this.name },
      },
    );
  }
}
