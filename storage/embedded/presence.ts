import { DatabaseSync } from 'node:sqlite';
import { FiducialError } from '../../domain/errors.ts';
import { pause } from '../abort.ts';
import { isBusy, translateFailure } from './failures.ts';

const DEADLINE_MS = 120_000;

/**
 * Says that a process uses the folder: it holds a shared lock of this file, which the operating system takes away
 * when the process dies, however it dies. Who gets it exclusively is alone. (Node has no flock; SQLite has.)
 * The file must never be opened otherwise in this process: closing it would drop the lock (POSIX).
 */
export class Presence {
  readonly #lock: DatabaseSync;

  constructor(path: string) {
    this.#lock = new DatabaseSync(path, { timeout: 1 });
  }

  /** Runs `alone` if no other process is here, then stays. Waits while another does the same. */
  async enter(alone: () => Promise<void>): Promise<void> {
    const deadline = performance.now() + DEADLINE_MS;
    while (performance.now() < deadline) {
      if (this.#try('BEGIN EXCLUSIVE')) {
        await alone();
        this.#lock.exec('COMMIT');
      }
      if (this.#try('BEGIN; SELECT count(*) FROM sqlite_schema')) return;
      await pause(10 + Math.random() * 20);
    }
    throw new FiducialError('UNAVAILABLE', `Another process has kept the data folder to itself for ${DEADLINE_MS} ms`);
  }

  leave(): void {
    if (this.#lock.isOpen) this.#lock.close();
  }

  #try(sql: string): boolean {
    try {
      this.#lock.exec(sql);
      return true;
    } catch (error) {
      if (this.#lock.isTransaction) this.#lock.exec('ROLLBACK');
      if (isBusy(error)) return false;
      throw translateFailure(error, 'The lock of the data folder');
    }
  }
}
