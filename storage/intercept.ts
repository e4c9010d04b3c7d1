import type { JobQueue, ObjectStore, Queues, Stores } from './ports.ts';

/** One call of a port. */
export interface StorageCall {
  readonly port: 'store' | 'queue';
  /** The bucket or the queue. */
  readonly target: string;
  readonly method: string;
  /** The key, prefix, body or receipt that it is about; null where it has none. */
  readonly subject: string | null;
  readonly args: readonly unknown[];
}

/** Stands between a caller and a port; gives what `proceed` gives, or does otherwise. */
export type Interceptor = (call: StorageCall, proceed: () => Promise<unknown>) => Promise<unknown>;

export function interceptStore(store: ObjectStore, interceptor: Interceptor): ObjectStore {
  return intercept(store, 'store', store.bucket, interceptor);
}

/** Its dead letters too. */
export function interceptQueue(queue: JobQueue, interceptor: Interceptor): JobQueue {
  return intercept(queue, 'queue', queue.name, interceptor);
}

export function interceptStores(stores: Stores, interceptor: Interceptor): Stores {
  return {
    uploads: interceptStore(stores.uploads, interceptor),
    results: interceptStore(stores.results, interceptor),
    models: interceptStore(stores.models, interceptor),
  };
}

export function interceptQueues(queues: Queues, interceptor: Interceptor): Queues {
  return {
    plan: interceptQueue(queues.plan, interceptor),
    score: interceptQueue(queues.score, interceptor),
    train: interceptQueue(queues.train, interceptor),
  };
}

function intercept<T extends ObjectStore | JobQueue>(
  port: T,
  kind: StorageCall['port'],
  target: string,
  interceptor: Interceptor,
): T {
  return new Proxy(port, {
    get(_, name) {
      const value: unknown = Reflect.get(port, name, port);
      if (name === 'deadLetters' && value) return interceptQueue(value as JobQueue, interceptor);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        const call = { port: kind, target, method: String(name), subject: subjectOf(args[0]), args };
        return interceptor(call, async () => value.apply(port, args));
      };
    },
  });
}

function subjectOf(first: unknown): string | null {
  if (typeof first === 'string') return first;
  const prefix = typeof first === 'object' && first !== null && 'prefix' in first ? first.prefix : null;
  return typeof prefix === 'string' ? prefix : null;
}
