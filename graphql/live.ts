/**
 * Watching: the ledger is looked at again and again, and a value is sent when it differs from the last one. Nothing
 * has to be told of changes, so any number of processes may make them.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { FiducialError } from '../domain/errors.ts';
import { unauthenticated } from './auth/authenticate.ts';
import type { ApiContext } from './ports.ts';

/** A LIST a thousand shards is a poll's price: longer runs are looked at less often. */
const SHARDS_A_POLL = 4_000;

export interface Watched<T> {
  readonly value: T;
  /** Nothing more will come. */
  readonly ended: boolean;
  /** What a look costs, in shards listed. */
  readonly shards?: number;
}

/** Counts the subscriptions of each caller. */
export class LiveCalls {
  readonly #most: number;
  readonly #open = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  /** LIMIT_EXCEEDED where the caller has as many as allowed. What it gives is to be called at the end. */
  enter(caller: string): () => void {
    const open = this.#open.get(caller) ?? 0;
    if (open >= this.#most) {
      throw new FiducialError('LIMIT_EXCEEDED', `Expected at most ${this.#most} subscriptions at once, got one more`);
    }
    this.#open.set(caller, open + 1);
    return () => {
      const left = (this.#open.get(caller) ?? 1) - 1;
      if (left > 0) this.#open.set(caller, left);
      else this.#open.delete(caller);
    };
  }
}

/** Ends when `read` says so, gives null, or the client goes away; with UNAUTHENTICATED when its token has expired. */
export async function* watch<T>(context: ApiContext, read: () => Promise<Watched<T> | null>): AsyncGenerator<T> {
  const leave = context.parts.live.enter(context.caller.id);
  try {
    yield* look(context, read);
  } finally {
    leave();
  }
}

async function* look<T>(
  { caller, signal, parts }: ApiContext,
  read: () => Promise<Watched<T> | null>,
): AsyncGenerator<T> {
  let last: string | null = null;
  while (!signal.aborted) {
    if (caller.expiresAt && parts.now() >= caller.expiresAt) throw unauthenticated('a token that has not expired');
    const seen = await read();
    if (!seen) return;
    const text = JSON.stringify(seen.value);
    if (text !== last) yield seen.value;
    last = text;
    if (seen.ended) return;
    const pauseMs = parts.settings.pollMs * Math.max(1, (seen.shards ?? 0) / SHARDS_A_POLL);
    await sleep(pauseMs, undefined, { signal }).catch(() => {});
  }
}
