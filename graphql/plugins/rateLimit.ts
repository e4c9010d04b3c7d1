/**
 * A bucket of calls for each caller, refilled steadily. Kept in this process: with several (Lambda), each has its own,
 * and the limit of all is that of one times their number.
 */
import type { Plugin } from 'graphql-yoga';
import { FiducialError } from '../../domain/errors.ts';
import { presentError } from '../errors.ts';
import type { Log } from '../ports.ts';
import type { ServerContext } from './authentication.ts';
import { errorResponse } from './errorResponse.ts';

export interface RateLimit {
  readonly callsPerSecond: number;
  /** So many at once after a pause. */
  readonly burst: number;
}

/** Buckets that are full again are forgotten from here on. */
const KEPT = 10_000;

export function useRateLimit(limit: RateLimit, log: Log, now: () => number = Date.now): Plugin<object, ServerContext> {
  const bucket = new Buckets(limit, now);
  return {
    onRequest({ serverContext, endResponse }) {
      const waitSeconds = bucket.take(serverContext.caller?.id ?? '');
      if (waitSeconds === 0) return;
      const message = `Expected at most ${limit.callsPerSecond} calls a second, got more; wait ${waitSeconds} s`;
      const error = presentError(new FiducialError('THROTTLED', message), log);
      endResponse(errorResponse(429, error, { 'retry-after': String(waitSeconds) }));
    },
  };
}

export class Buckets {
  readonly #limit: RateLimit;
  readonly #now: () => number;
  readonly #known = new Map<string, { calls: number; at: number }>();

  constructor(limit: RateLimit, now: () => number) {
    this.#limit = limit;
    this.#now = now;
  }

  /** 0, or the seconds to wait. */
  take(caller: string): number {
    const { callsPerSecond, burst } = this.#limit;
    const now = this.#now();
    const known = this.#known.get(caller) ?? { calls: burst, at: now };
    const calls = Math.min(burst, known.calls + ((now - known.at) / 1000) * callsPerSecond);
    this.#known.set(caller, { calls: calls >= 1 ? calls - 1 : calls, at: now });
    if (this.#known.size > KEPT) this.#forget(now);
    return calls >= 1 ? 0 : Math.ceil((1 - calls) / callsPerSecond);
  }

  #forget(now: number): void {
    const { callsPerSecond, burst } = this.#limit;
    for (const [caller, { calls, at }] of this.#known) {
      if (calls + ((now - at) / 1000) * callsPerSecond >= burst) this.#known.delete(caller);
    }
  }
}
