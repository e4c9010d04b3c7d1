/** Holds a message while it is worked on. */
import { isFiducialError } from '../domain/errors.ts';
import type { Log } from './log.ts';
import type { JobQueue, ReceivedMessage } from './ports.ts';

/** Extended when so much of it has passed: two extensions may fail before it is lost. */
const EXTENDED_AFTER = 1 / 3;

export class Lease {
  readonly #timer: NodeJS.Timeout;
  readonly #lost = new AbortController();

  constructor(queue: JobQueue, { receipt, id }: ReceivedMessage, leaseSeconds: number, log: Log) {
    this.#timer = setInterval(
      () => {
        queue.extend(receipt, leaseSeconds).catch((error: unknown) => {
          if (!isFiducialError(error, 'LEASE_LOST')) log.warn({ message: id, error }, 'a lease was not extended');
          else this.#lost.abort(error);
        });
      },
      leaseSeconds * 1000 * EXTENDED_AFTER,
    );
    this.#timer.unref();
  }

  /** Aborted when another worker has the message: going on is allowed, and only costs. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  end(): void {
    clearInterval(this.#timer);
  }
}
