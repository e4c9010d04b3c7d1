import { setTimeout as sleep } from 'node:timers/promises';
import { FiducialError } from '../domain/errors.ts';
import { SERVICES } from './settings.ts';

const TIMEOUT_MS = 90_000;
const POLL_MS = 100;

export interface Waiting {
  /** Whether there is anything left to wait for. */
  readonly alive?: () => boolean;
  readonly timeoutMs?: number | undefined;
}

/** Until all services run. @throws UNAVAILABLE where `alive` says no, or after the time-out. */
export async function waitUntilReady(endpoint: string, waiting: Waiting = {}): Promise<void> {
  const { alive = () => true, timeoutMs = TIMEOUT_MS } = waiting;
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await sleep(POLL_MS)) {
    if (!alive()) throw new FiducialError('UNAVAILABLE', 'LocalStack ended before it was ready');
    if (await isReady(endpoint)) return;
  }
  throw new FiducialError('UNAVAILABLE', `LocalStack at ${endpoint} was not ready within ${timeoutMs} ms`);
}

async function isReady(endpoint: string): Promise<boolean> {
  try {
    const response = await fetch(`${endpoint}/_localstack/health`, { signal: AbortSignal.timeout(5000) });
    const { services } = (await response.json()) as { services?: Record<string, string> };
    return SERVICES.every((name) => ['running', 'available'].includes(services?.[name] ?? ''));
  } catch {
    return false;
  }
}
