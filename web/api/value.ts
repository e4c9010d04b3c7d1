/** A value that components watch: the little state that is shared by all pages. */
import { useEffect, useState } from 'preact/hooks';

export interface Value<T> {
  get(): T;
  set(next: T): void;
  /** Called on every change, not at once. Gives the way to stop. */
  watch(listener: (value: T) => void): () => void;
}

export function createValue<T>(initial: T): Value<T> {
  let current = initial;
  const listeners = new Set<(value: T) => void>();
  return {
    get: () => current,
    set(next) {
      if (Object.is(next, current)) return;
      current = next;
      for (const listener of [...listeners]) listener(next);
    },
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function useValue<T>(value: Value<T>): T {
  const [seen, setSeen] = useState(() => value.get());
  useEffect(() => {
    setSeen(() => value.get());
    return value.watch((next) => setSeen(() => next));
  }, [value]);
  return seen;
}
