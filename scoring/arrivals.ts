/** Results as they come in, in no order, with bounded concurrency and bounded results waiting to be taken. */
import type { ReadAheadShare } from './readAhead.ts';

/**
 * Starts up to `limit` pieces of work at once, counting results that nobody has taken yet, so that a slow consumer
 * holds up the work and memory stays bounded. The first failure is thrown to the consumer. `share`: of what several of
 * these may hold together.
 */
export class Arrivals<T, R> implements AsyncIterable<R> {
  readonly #values: readonly T[];
  readonly #limit: number;
  readonly #work: (value: T) => Promise<R>;
  readonly #share: ReadAheadShare | null;

  constructor(
    values: readonly T[],
    limit: number,
    work: (value: T) => Promise<R>,
    share: ReadAheadShare | null = null,
  ) {
    this.#values = values;
    this.#limit = limit;
    this.#work = work;
    this.#share = share;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<R> {
    const underWay = new Set<Promise<void>>();
    const ready: R[] = [];
    let failure: { readonly error: unknown } | null = null;
    let next = 0;
    const start = () => {
      const one: Promise<void> = this.#work(this.#values[next++]!)
        .then(
          (result) => void ready.push(result),
          (error: unknown) => {
            failure ??= { error };
          },
        )
        .finally(() => underWay.delete(one));
      underWay.add(one);
    };
    const more = () => next < this.#values.length && underWay.size + ready.length < this.#limit;
    try {
      while (next < this.#values.length || underWay.size > 0 || ready.length > 0) {
        // Where the share has no place, this has one: what it has begun comes in, and it asks again.
        while (more() && (this.#share?.take() ?? true)) start();
        if (ready.length > 0) {
          yield ready.shift()!;
          this.#share?.give();
        } else await Promise.race(underWay);
        if (failure) throw (failure as { readonly error: unknown }).error;
      }
    } finally {
      await Promise.allSettled(underWay);
      this.#share?.close();
    }
  }
}
