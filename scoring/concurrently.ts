/** Bounded concurrency over streams. */

/**
 * `work` on each value, up to `limit` at once, results in order. At most `limit` results wait in memory.
 * The first failure ends it; work under way is waited for first, so that nothing runs on behind the caller's back.
 */
export async function* inOrder<T, R>(
  values: Iterable<T> | AsyncIterable<T>,
  limit: number,
  work: (value: T) => Promise<R>,
): AsyncGenerator<R> {
  const underWay: Promise<R>[] = [];
  try {
    for await (const value of values) {
      const result = work(value);
      result.catch(() => {});
      underWay.push(result);
      if (underWay.length >= limit) yield await underWay.shift()!;
    }
    while (underWay.length > 0) yield await underWay.shift()!;
  } finally {
    await Promise.allSettled(underWay);
  }
}

/** `work` on each value, up to `limit` at once, in no order. */
export async function forEach<T>(
  values: Iterable<T> | AsyncIterable<T>,
  limit: number,
  work: (value: T) => Promise<void>,
): Promise<void> {
  for await (const _ of inOrder(values, limit, work)) {
    // Each result is nothing: only its completion counts.
  }
}
