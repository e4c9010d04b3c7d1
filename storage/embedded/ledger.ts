import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { FiducialError } from '../../domain/errors.ts';
import { pause, throwIfAborted } from '../abort.ts';
import { isBusy, translateFailure } from './failures.ts';

/** How long SQLite itself may wait for a lock: it blocks the event loop meanwhile. */
const BUSY_TIMEOUT_MS = 5;
/** How long we go on trying, without blocking. */
const LOCK_DEADLINE_MS = 30_000;
/** Callers whose writes share one commit, and so one sync of the disk. */
const MAX_GROUP = 256;

interface Waiting {
  readonly work: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}
type Outcome = { readonly value: unknown } | { readonly error: unknown };

/**
 * The process's one connection. Writes that arrive together share a transaction (group commit), each under its own
 * savepoint; a promise resolves once the commit is on the disk, not before.
 */
export class Ledger {
  readonly path: string;
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #waiting: Waiting[] = [];
  #draining: Promise<void> | null = null;
  #closed = false;

  constructor(path: string) {
    this.path = path;
    this.#db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  }

  /** Separate from construction, since switching to WAL can meet another process's lock. */
  async configure(): Promise<void> {
    await this.retry(() => this.#db.exec('PRAGMA journal_mode = WAL'));
    this.#db.exec('PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -16384');
  }

  get db(): DatabaseSync {
    return this.#db;
  }

  /** Prepared once a process. */
  sql(text: string): StatementSync {
    let statement = this.#statements.get(text);
    if (!statement) {
      statement = this.#db.prepare(text);
      this.#statements.set(text, statement);
    }
    return statement;
  }

  /** Runs `work` in a transaction. What it throws undoes its own writes only. `work` must not wait for anything. */
  transact<T>(work: () => T, signal?: AbortSignal): Promise<T> {
    throwIfAborted(signal);
    this.#assertOpen();
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ work, resolve: resolve as (value: unknown) => void, reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Runs a read; tries again while another process recovers or checkpoints. */
  async read<T>(work: () => T, signal?: AbortSignal): Promise<T> {
    throwIfAborted(signal);
    this.#assertOpen();
    return this.retry(work, signal);
  }

  async retry<T>(work: () => T, signal?: AbortSignal): Promise<T> {
    const deadline = performance.now() + LOCK_DEADLINE_MS;
    for (let attempt = 0; ; attempt++) {
      try {
        return work();
      } catch (error) {
        if (!isBusy(error) || performance.now() > deadline) throw translateFailure(error, 'The embedded store');
        await pause(1 + Math.random() * Math.min(20, 2 ** attempt), signal);
      }
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#draining;
    this.#statements.clear();
    if (this.#db.isOpen) this.#db.close();
  }

  #assertOpen(): void {
    if (this.#closed) throw new FiducialError('UNAVAILABLE', 'The embedded store is closed', { retryable: false });
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      // Lets everybody in who asks in this turn of the event loop, and everything else have its turn.
      await new Promise<void>((resolve) => setImmediate(resolve));
      try {
        await this.retry(() => this.#db.exec('BEGIN IMMEDIATE'));
        this.#commit(this.#waiting.splice(0, MAX_GROUP));
      } catch (error) {
        for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
      }
    }
    this.#draining = null;
  }

  #commit(group: readonly Waiting[]): void {
    try {
      const outcomes = group.map((waiting) => this.#attempt(waiting.work));
      this.#db.exec('COMMIT');
      for (const [index, outcome] of outcomes.entries()) {
        if ('error' in outcome) group[index]?.reject(outcome.error);
        else group[index]?.resolve(outcome.value);
      }
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      for (const waiting of group) waiting.reject(translateFailure(error, 'The embedded store'));
    }
  }

  #attempt(work: () => unknown): Outcome {
    this.sql('SAVEPOINT one').run();
    try {
      const value = work();
      this.sql('RELEASE one').run();
      return { value };
    } catch (error) {
      // A full disk ends the whole transaction; then there is no savepoint to return to.
      if (!this.#db.isTransaction) throw error;
      this.sql('ROLLBACK TO one').run();
      this.sql('RELEASE one').run();
      return { error: translateFailure(error, 'The embedded store') };
    }
  }
}
