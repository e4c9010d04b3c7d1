/**
 * Several workers of one run, whose storage calls happen one at a time in an order that a seed decides: any of those
 * that wait may be next. Workers are killed, leases end while their holders work, and each history is the same again.
 */
import { scoreMessageSchema } from '../../domain/records.ts';
import { RunRecords } from '../../scoring/runRecords.ts';
import { type ScoreParts, scoreShard } from '../../scoring/scoreShard.ts';
import type { Interceptor } from '../../storage/intercept.ts';
import { interceptQueues, interceptStores } from '../../storage/intercept.ts';
import { Killed } from '../storage/faults/faults.ts';
import type { MemoryStorage } from './memory.ts';
import { type Parts, partsOf } from './world.ts';

export interface Interleaving {
  readonly workers: number;
  readonly seed: number;
  /** How often a worker is killed, and how often all leases end, at most. */
  readonly kills: number;
  readonly expiries: number;
}

interface Turn {
  readonly worker: number;
  readonly call: string;
  readonly go: () => void;
  readonly die: () => void;
}

/** Until no message is left. Gives how often a worker left finishing to another, finished, and so on. */
export async function interleave(storage: MemoryStorage, setting: Interleaving, more: Partial<Parts>) {
  const chance = seeded(setting.seed);
  const waiting: Turn[] = [];
  const seen = { left: 0, finished: 0, kills: 0, expiries: 0 };
  const dead = new Set<number>();
  const failures: unknown[] = [];
  let next = 0;
  let ended = false;
  const turn = (worker: number, call: string) =>
    new Promise<void>((go, reject) => {
      waiting.push({ worker, call, go, die: () => reject(new Killed(`before ${call}`)) });
    });
  const start = () => {
    const worker = next++;
    const interceptor: Interceptor = async (call, proceed) => {
      if (dead.has(worker)) throw new Killed(`dead before ${call.method}`);
      // Images are read as they come.
      if (call.target === 'uploads' && call.method === 'get') return proceed();
      await turn(worker, `${call.target}.${call.method}`);
      const result = await proceed();
      // The answer comes in its own time; a worker that dies meanwhile never hears it.
      await turn(worker, 'answer');
      return result;
    };
    const { stores, queues } = storage;
    const parts = partsOf({
      stores: interceptStores(stores, interceptor),
      queues: interceptQueues(queues, interceptor),
    });
    const own = { ...parts, ...more, runs: new RunRecords(parts.stores.results) };
    void work(own, storage, { idle: () => turn(worker, 'idle'), ended: () => ended, seen }).catch((error: unknown) => {
      if (!dead.has(worker)) failures.push(error);
    });
  };
  for (let i = 0; i < setting.workers; i++) start();
  for (;;) {
    await new Promise((resolve) => setImmediate(resolve));
    if (failures.length > 0) throw failures[0];
    const { visible, inFlight } = await storage.queues.score.counts();
    if (waiting.every(({ call }) => call === 'idle') && visible === 0) {
      if (inFlight === 0) break;
      storage.queues.score.expireAll();
      continue;
    }
    const [one] = waiting.splice(chance.below(waiting.length), 1);
    if (seen.expiries < setting.expiries && chance.below(40) === 0) {
      seen.expiries++;
      storage.queues.score.expireAll();
    }
    if (one!.call !== 'idle' && seen.kills < setting.kills && chance.below(30) === 0) {
      seen.kills++;
      dead.add(one!.worker);
      for (const other of waiting.filter(({ worker }) => worker === one!.worker)) {
        waiting.splice(waiting.indexOf(other), 1);
        other.die();
      }
      one!.die();
      start();
    } else one!.go();
  }
  ended = true;
  for (const { go } of waiting) go();
  return seen;
}

/** As the worker's loop does, a message at a time. */
async function work(
  parts: ScoreParts,
  storage: MemoryStorage,
  process: {
    readonly idle: () => Promise<void>;
    readonly ended: () => boolean;
    readonly seen: { left: number; finished: number };
  },
): Promise<void> {
  const signal = new AbortController().signal;
  while (!process.ended()) {
    const [message] = await storage.queues.score.receive({ max: 1 });
    if (!message) {
      await process.idle();
      continue;
    }
    const { receives, receipt, body } = message;
    const { finish } = await scoreShard(parts, scoreMessageSchema.parse(JSON.parse(body)), { signal, receives });
    if (finish === 'finished') process.seen.finished++;
    if (finish === 'left to another') process.seen.left++;
    // Where its lease has ended, another has the message.
    else await parts.queues.score.acknowledge(receipt).catch(ignoreLostLease);
  }
}

function ignoreLostLease(error: unknown): void {
  if (error instanceof Error && 'code' in error && error.code === 'LEASE_LOST') return;
  throw error;
}

function seeded(seed: number) {
  let state = seed >>> 0;
  return {
    below(limit: number): number {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 4_294_967_296) * limit);
    },
  };
}
