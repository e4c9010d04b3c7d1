/** Results as they come in, in no order, with bounded concurrency and bounded results waiting to be taken. */
import type { ReadAheadShare } from './readAhead.ts';
import { AsyncQueue } from './worker/queue.ts';

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
    const arrived = new AsyncQueue<{ readonly value: R } | { readonly error: unknown }>();
    let next = 0;
    /** Begun and not taken. */
    let held = 0;
    const start = () => {
      held++;
      this.#work(this.#values[next++]!).then(
        (value) => arrived.push({ value }),
        (error: unknown) => arrived.push({ error }),
      );
    };
    const take = async () => {
      await arrived.wait();
      held--;
      return arrived.take()!;
    };
    const more = () => next < this.#values.length && held < this.#limit;
    try {
      while (next < this.#values.length || held > 0) {
        // Where the share has no place, this has one: what it has begun comes in, and it asks again.
        while (more() && (this.#share?.take() ?? true)) start();
        const one = await take();
        if ('error' in one) throw one.error;
        yield one.value;
        this.#share?.give();
      }
    } finally {
      while (held > 0) await take();
      this.#share?.close();
    }
  }
}
