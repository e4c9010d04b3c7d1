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

/**
 * As `inOrder`, but a slow one holds up its result alone: others go on being begun, up to `ahead` beyond those that
 * have been given. So `atOnce` are under way as long as values last, and at most `ahead` results wait in memory.
 */
export async function* inOrderAhead<T, R>(
  values: readonly T[],
  { atOnce, ahead }: { readonly atOnce: number; readonly ahead: number },
  work: (value: T) => Promise<R>,
): AsyncGenerator<R> {
  const begun = new Map<number, Promise<R>>();
  let next = 0;
  let given = 0;
  let underWay = 0;
  const begin = () => {
    while (underWay < atOnce && next < Math.min(values.length, given + ahead)) {
      underWay++;
      const ended = () => {
        underWay--;
        begin();
      };
      const result = work(values[next]!);
      begun.set(next++, result);
      result.then(ended, () => {
        next = values.length;
        ended();
      });
    }
  };
  try {
    for (; given < values.length; given++) {
      begin();
      const result = await begun.get(given)!;
      begun.delete(given);
      yield result;
    }
  } finally {
    next = values.length;
    await Promise.allSettled(begun.values());
  }
}

/** All of them; where one fails the others are waited for, so that nothing runs on behind the caller's back. */
export async function together<T extends readonly Promise<unknown>[]>(
  ...all: T
): Promise<{ -readonly [P in keyof T]: Awaited<T[P]> }> {
  await Promise.allSettled(all);
  return Promise.all(all);
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
