/** Works on several items of a stream at once, and gives their results in the stream's order. */

export interface OrderedOptions {
  /** Items at work or waiting to be taken, at most: this bounds memory. */
  readonly window: number;
  readonly signal?: AbortSignal;
}

type Settled<R> = { readonly value: R } | { readonly error: unknown };

/**
 * `work` starts for an item as soon as there is room. Results are given as soon as they are there, also while the next
 * item is being waited for. Throws the first error of the source or of `work`, and the signal's reason.
 */
export async function* inOrder<T, R>(
  items: AsyncIterable<T>,
  work: (item: T) => Promise<R>,
  { window, signal }: OrderedOptions,
): AsyncGenerator<R> {
  const source = items[Symbol.asyncIterator]();
  const bell = new Bell();
  const results: { settled: Settled<R> | null }[] = [];
  let arrived: Settled<IteratorResult<T>> | null = null;
  let asking = false;
  let ended = false;
  const ring = () => bell.ring();
  signal?.addEventListener('abort', ring);
  const ask = () => {
    asking = true;
    settle(source.next(), (next) => {
      arrived = next;
      bell.ring();
    });
  };
  const start = (item: T) => {
    const result: { settled: Settled<R> | null } = { settled: null };
    results.push(result);
    settle(work(item), (settled) => {
      result.settled = settled;
      bell.ring();
    });
  };
  try {
    for (;;) {
      signal?.throwIfAborted();
      if (arrived) {
        const next: IteratorResult<T> = outcomeOf(arrived);
        [arrived, asking] = [null, false];
        if (next.done) ended = true;
        else start(next.value);
      } else if (!ended && !asking && results.length < window) ask();
      else if (results[0]?.settled) yield outcomeOf(results.shift()!.settled!);
      else if (ended && results.length === 0) return;
      else await bell.rung();
    }
  } finally {
    signal?.removeEventListener('abort', ring);
    if (!ended) settle(Promise.resolve(source.return?.()), () => {});
  }
}

/** Wakes the one who waits, or the next to wait. */
class Bell {
  #waiting: (() => void) | null = null;
  #rang = false;

  ring(): void {
    if (this.#waiting) this.#waiting();
    else this.#rang = true;
    this.#waiting = null;
  }

  async rung(): Promise<void> {
    if (!this.#rang) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
    this.#rang = false;
  }
}

function settle<T>(promise: Promise<T>, done: (settled: Settled<T>) => void): void {
  void promise.then(
    (value) => done({ value }),
    (error: unknown) => done({ error }),
  );
}

function outcomeOf<T>(settled: Settled<T>): T {
  if ('error' in settled) throw settled.error;
  return settled.value;
}
