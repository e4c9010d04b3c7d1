/**
 * The uploads of a batch: several at a time, each tried again by itself, none lost from sight. A policy is renewed
 * before it expires, once for all who wait. Knows nothing of pages; whoever watches reads `state()`.
 */
import type { Policy } from '../api/operations.generated.ts';
import { PostError, type Posting } from './post.ts';

export type UploadState = 'waiting' | 'sending' | 'sent' | 'failed';

export interface Upload {
  readonly key: string;
  readonly bytes: number;
  readonly state: UploadState;
  readonly sentBytes: number;
  /** Why it failed, or why it is tried again. */
  readonly message: string | null;
}

export interface UploadTotals {
  readonly files: number;
  readonly sent: number;
  readonly failed: number;
  readonly bytes: number;
  readonly sentBytes: number;
}

export interface QueueParts {
  /** A policy that is good for minutes from now. */
  renew(signal: AbortSignal): Promise<Policy>;
  post(posting: Posting): Promise<void>;
  /** Waits; ends early when aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  now(): number;
}

const AT_ONCE = 6;
const MOST_TRIES = 6;
const FIRST_PAUSE_MS = 400;
/** A policy this near its end is renewed before it is used. */
const RENEW_BEFORE_MS = 60_000;

type Entry = { -readonly [K in keyof Upload]: Upload[K] } & { readonly file: Blob };

export class UploadQueue {
  readonly #parts: QueueParts;
  readonly #entries: Entry[];
  readonly #stop = new AbortController();
  readonly #listeners = new Set<() => void>();
  #policy: Promise<Policy>;
  /** No file before this one is waiting. */
  #from = 0;

  constructor(parts: QueueParts, policy: Policy, files: readonly { readonly key: string; readonly file: Blob }[]) {
    this.#parts = parts;
    this.#policy = Promise.resolve(policy);
    this.#entries = files.map(({ key, file }) => ({
      key,
      file,
      bytes: file.size,
      state: 'waiting',
      sentBytes: 0,
      message: null,
    }));
  }

  uploads(): readonly Upload[] {
    return this.#entries;
  }

  totals(): UploadTotals {
    const totals = { files: this.#entries.length, sent: 0, failed: 0, bytes: 0, sentBytes: 0 };
    for (const { state, bytes, sentBytes } of this.#entries) {
      totals.bytes += bytes;
      totals.sentBytes += sentBytes;
      if (state === 'sent') totals.sent++;
      if (state === 'failed') totals.failed++;
    }
    return totals;
  }

  /** Called after every change. Gives the way to stop. */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when each file is sent or has failed; call it again after `retryFailed`. Never rejects. */
  async run(): Promise<void> {
    await Promise.all(Array.from({ length: AT_ONCE }, () => this.#work()));
  }

  retryFailed(): Promise<void> {
    this.#from = 0;
    for (const entry of this.#entries) {
      if (entry.state === 'failed') this.#change(entry, { state: 'waiting', sentBytes: 0, message: null });
    }
    return this.run();
  }

  stop(): void {
    this.#stop.abort();
  }

  async #work(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      while (this.#entries[this.#from] && this.#entries[this.#from]!.state !== 'waiting') this.#from++;
      const entry = this.#entries[this.#from];
      if (!entry) return;
      this.#change(entry, { state: 'sending' });
      await this.#send(entry);
    }
  }

  async #send(entry: Entry): Promise<void> {
    const { signal } = this.#stop;
    for (let tries = 1; ; tries++) {
      try {
        const policy = await this.#currentPolicy();
        const onSent = (sentBytes: number) => this.#change(entry, { sentBytes });
        await this.#parts.post({
          policy,
          key: policy.key ?? policy.keyPrefix + entry.key,
          file: entry.file,
          signal,
          onSent,
        });
        this.#change(entry, { state: 'sent', sentBytes: entry.bytes, message: null });
        return;
      } catch (error) {
        const kind = error instanceof PostError ? error.kind : 'again';
        const message = error instanceof Error ? error.message : String(error);
        if (kind === 'refused' || tries === MOST_TRIES || signal.aborted) {
          this.#change(entry, { state: 'failed', sentBytes: 0, message });
          return;
        }
        this.#change(entry, { sentBytes: 0, message });
        if (kind === 'expired') this.#policy = this.#parts.renew(signal);
        await this.#parts.sleep(FIRST_PAUSE_MS * 2 ** (tries - 1), signal);
      }
    }
  }

  async #currentPolicy(): Promise<Policy> {
    const held = this.#policy;
    const policy = await held.catch(() => null);
    if (policy && Date.parse(policy.expiresAt) - this.#parts.now() > RENEW_BEFORE_MS) return policy;
    // Whoever comes first renews it for all.
    if (this.#policy === held) this.#policy = this.#parts.renew(this.#stop.signal);
    return this.#policy;
  }

  #change(entry: Entry, change: Partial<Upload>): void {
    Object.assign(entry, change);
    for (const listener of this.#listeners) listener();
  }
}
