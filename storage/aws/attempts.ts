import { pause, throwIfAborted } from '../abort.ts';
import { classify, type Failure, translateAws } from './failures.ts';

export interface RetryPolicy {
  readonly attempts: number;
  /** Longest wait before the second attempt; doubled each time. Throttling starts four times higher. */
  readonly baseMs: number;
  readonly capMs: number;
}

export const DEFAULT_RETRIES: RetryPolicy = { attempts: 8, baseMs: 50, capMs: 8000 };

export interface Attempt {
  /** Whether an earlier attempt of this call may have had its effect although it failed. */
  readonly mayHaveHappened: boolean;
}

/**
 * Calls until it succeeds, with full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"). The SDK's own
 * retries are off: they hide from a conditional write that it is the second.
 */
export async function withRetries<T>(
  what: string,
  policy: RetryPolicy,
  signal: AbortSignal | undefined,
  call: (attempt: Attempt) => Promise<T>,
): Promise<T> {
  let mayHaveHappened = false;
  for (let attempt = 1; ; attempt++) {
    throwIfAborted(signal);
    try {
      return await call({ mayHaveHappened });
    } catch (error) {
      const failure = classify(error);
      // A store that runs out of space does not say how far it had come.
      if (failure.kind === 'full' || (failure.kind === 'transient' && failure.mayHaveHappened)) mayHaveHappened = true;
      if (!WORTH_RETRYING.has(failure.kind) || attempt >= policy.attempts) throw translateAws(error, what);
      const base = failure.kind === 'throttled' ? policy.baseMs * 4 : policy.baseMs;
      await pause(Math.random() * Math.min(policy.capMs, base * 2 ** (attempt - 1)), signal);
    }
  }
}

const WORTH_RETRYING: ReadonlySet<Failure['kind']> = new Set(['transient', 'throttled', 'corrupt', 'full']);
