/**
 * A worker on LocalStack as a process of its own, to be killed: `workerProcess.ts JSON`. The loops, the supervisor and
 * its scoring process are the real ones; the network that scores is a stand-in. It can be made to hang before or after
 * a storage call of its choice, which it tells its parent: so that it is killed exactly there.
 */
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { readStorageConfig } from '../../functions/config.ts';
import { SILENT } from '../../scoring/ports.ts';
import { ChildScorer } from '../../scoring/worker/childScorer.ts';
import { runDeadLetters, runPlanner, runScorer } from '../../scoring/worker/loop.ts';
import { openAws } from '../../storage/aws/index.ts';
import { type Interceptor, interceptQueues, interceptStores } from '../../storage/intercept.ts';
import { partsOf } from '../scoring/world.ts';

export const workerSchema = z.object({
  role: z.enum(['planner', 'scorer', 'trainer']),
  /** Where to hang: a port's target and method, and what the key or body contains. */
  hangAt: z
    .object({ target: z.string(), method: z.string(), subject: z.string(), moment: z.enum(['before', 'after']) })
    .nullable(),
  /** Of the trainer's clock: the lease of one that was killed is over by then. */
  clockAheadMs: z.number(),
});
export type WorkerSettings = z.infer<typeof workerSchema>;

const LEASE_SECONDS = 2;

async function main({ role, hangAt, clockAheadMs }: WorkerSettings): Promise<void> {
  const config = readStorageConfig();
  const opened = openAws(config, config);
  const hanging = hangingAt(hangAt);
  const storage = {
    stores: interceptStores(opened.stores, hanging),
    queues: interceptQueues(opened.queues, hanging),
  };
  const stop = new AbortController();
  process.on('SIGTERM', () => stop.abort());
  process.on('disconnect', () => process.exit(1));
  const options = { signal: stop.signal, leaseSeconds: LEASE_SECONDS, waitSeconds: 1, retryAfterSeconds: 1 };
  // Started early, so that several load at the same time; it works from when its parent says so.
  await once(process, 'message');
  if (role === 'planner') await runPlanner(partsOf(storage, { newAttempt: () => `a${process.pid}` }), options);
  else if (role === 'scorer') await score(storage, options);
  else await train(storage, { ...options, clockAheadMs });
  await opened.close();
  process.disconnect?.();
}

type Storage = Parameters<typeof partsOf>[0];
interface Loop {
  readonly signal: AbortSignal;
  readonly leaseSeconds: number;
  readonly waitSeconds: number;
}

async function score(storage: Storage, options: Loop): Promise<void> {
  const scorer = new ChildScorer({
    module: resolve(import.meta.dirname, '../scoring/fakeChild.ts'),
    env: {},
    maxResidentBytes: 500_000_000,
    maxHeapMb: 256,
    watchEveryMs: 100,
    window: 16,
    windowBytes: 1e7,
    itemTimeoutMs: 60_000,
    startTimeoutMs: 120_000,
    soloDeaths: 4,
    maxModels: 2,
    loadModel: async (model) => ({ model, card: model.pin.name, bytes: new Uint8Array(8) }),
  });
  const parts = partsOf(storage, { scorer });
  await Promise.all([runScorer(parts, options), runDeadLetters(parts, options)]);
  await scorer.close();
}

async function train({ stores, queues }: Storage, options: Loop & { readonly clockAheadMs: number }): Promise<void> {
  // The networks of training are heavy; a scorer starts without them.
  const { openSession } = await import('../../inference/runtime.ts');
  const { runTrainer } = await import('../../training/worker/trainLoop.ts');
  const trainer = {
    models: stores.models,
    holder: `trainer-${process.pid}`,
    open: openSession,
    codeVersion: 'test',
    cacheFolder: join(tmpdir(), `fiducial-trainer-${process.ppid}`),
    threads: 1,
    now: () => new Date(Date.now() + options.clockAheadMs),
  };
  await runTrainer({ ...options, queue: queues.train, trainer, log: SILENT });
}

function hangingAt(where: WorkerSettings['hangAt']): Interceptor {
  const hang = () => {
    process.send?.('hung');
    return new Promise<never>(() => {});
  };
  return async (call, proceed) => {
    const here =
      where !== null &&
      call.target.endsWith(where.target) &&
      call.method === where.method &&
      (call.subject ?? '').includes(where.subject);
    if (here && where.moment === 'before') return hang();
    const result = await proceed();
    return here ? hang() : result;
  };
}

if (import.meta.main) await main(workerSchema.parse(JSON.parse(process.argv[2] ?? '')));
