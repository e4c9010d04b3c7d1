import { setTimeout as sleep } from 'node:timers/promises';
import { FiducialError } from '../domain/errors.ts';

function aborted(cause: unknown): FiducialError {
  return new FiducialError('ABORTED', 'The caller told this operation to stop', { cause });
}

/** @throws ABORTED once the signal is given. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw aborted(signal.reason);
}

/** @throws ABORTED at once when the signal is given. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, signal ? { signal } : {});
  } catch (cause) {
    throw aborted(cause);
  }
}
