/** Whether the API answers. When it does not, it is asked again until it does, and every page catches up by itself. */
import { createValue } from './value.ts';

export const away = createValue(false);

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8000;

let probing: AbortController | null = null;

/** The API did not answer. `probe` rejects for as long as it does not. */
export function lost(probe: () => Promise<unknown>): void {
  away.set(true);
  if (probing) return;
  probing = new AbortController();
  void probeUntilBack(probe, probing.signal);
}

export function answered(): void {
  probing?.abort();
  probing = null;
  away.set(false);
}

async function probeUntilBack(probe: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs = Math.min(pauseMs * 1.6, LONGEST_PAUSE_MS)) {
    await sleep(pauseMs, signal);
    if (signal.aborted) return;
    await probe().catch(() => {});
  }
}

/** Ends early, without an error, when aborted. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    }
    signal?.addEventListener('abort', done);
  });
}
