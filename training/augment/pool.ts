import { Worker } from 'node:worker_threads';
import { FiducialError } from '../../domain/errors.ts';
import { type Batch, type BatchRequest, prepareBatch } from './prepare.ts';
import type { SampleTable } from './table.ts';

export type PoolRequest =
  | { readonly kind: 'table'; readonly id: number; readonly table: SampleTable }
  | { readonly kind: 'forget'; readonly id: number }
  | { readonly kind: 'batch'; readonly id: number; readonly table: number; readonly request: BatchRequest };

export type PoolReply =
  | { readonly id: number; readonly batch: Batch; readonly error?: undefined }
  | { readonly id: number; readonly error: string; readonly batch?: undefined };

/** Prepares batches somewhere. */
export interface BatchPool {
  readonly threads: number;
  prepare(table: SampleTable, request: BatchRequest): Promise<Batch>;
  /** Tables are held by the threads until they are forgotten; their arrays are shared, not copied. */
  forget(table: SampleTable): void;
  close(): Promise<void>;
}

/** On the calling thread, when asked. */
export function createInlinePool(): BatchPool {
  return {
    threads: 0,
    prepare: async (table, request) => prepareBatch(table, request),
    forget: () => {},
    close: async () => {},
  };
}

interface Waiting {
  resolve(batch: Batch): void;
  reject(error: unknown): void;
}

interface Thread {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
  readonly known: Set<number>;
}

/** Requests go to the thread with the fewest of them. A thread that dies fails what it was asked, and all later requests. */
export function createThreadPool(threads = 1): BatchPool {
  const pool = Array.from({ length: threads }, startThread);
  const ids = new Map<SampleTable, number>();
  let next = 1;

  const idOf = (table: SampleTable): number => {
    const id = ids.get(table) ?? next++;
    ids.set(table, id);
    return id;
  };
  const post = ({ worker }: Thread, message: PoolRequest) => worker.postMessage(message);

  return {
    threads,
    prepare(table, request) {
      const thread = pool.reduce((least, other) => (other.waiting.size < least.waiting.size ? other : least));
      const tableId = idOf(table);
      if (!thread.known.has(tableId)) {
        thread.known.add(tableId);
        post(thread, { kind: 'table', id: tableId, table });
      }
      const id = next++;
      return new Promise((resolve, reject) => {
        thread.waiting.set(id, { resolve, reject });
        thread.worker.ref();
        post(thread, { kind: 'batch', id, table: tableId, request });
      });
    },
    forget(table) {
      const id = ids.get(table);
      if (id === undefined) return;
      ids.delete(table);
      for (const thread of pool) if (thread.known.delete(id)) post(thread, { kind: 'forget', id });
    },
    async close() {
      // An ending thread does not keep the process alive: with nothing else to do, that would end before this returns.
      const held = setInterval(() => {}, 1_000);
      await Promise.all(pool.map(({ worker }) => worker.terminate())).finally(() => clearInterval(held));
    },
  };
}

function startThread(): Thread {
  const worker = new Worker(new URL('./worker.ts', import.meta.url));
  const waiting = new Map<number, Waiting>();
  worker.unref(); // a pool that nobody waits for must not keep the process alive
  worker.on('message', (reply: PoolReply) => {
    const promise = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (waiting.size === 0) worker.unref();
    if (reply.batch) promise?.resolve(reply.batch);
    else promise?.reject(new FiducialError('INTERNAL', `Preparing a batch failed: ${reply.error}`));
  });
  const fail = (why: string) => {
    for (const { reject } of waiting.values()) reject(new FiducialError('ABORTED', `The augmentation thread ${why}`));
    waiting.clear();
  };
  worker.on('error', (error) => fail(`failed: ${error instanceof Error ? error.message : String(error)}`));
  worker.on('exit', (code) => fail(`ended with code ${code} before its batches were ready`));
  return { worker, waiting, known: new Set() };
}
