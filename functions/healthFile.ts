/** A file whose age says whether a worker still turns: touched by the worker, read by functions/health.ts. */
import { closeSync, openSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

export const STALE_MS = 150_000;

export function healthFile(temporaryFolder: string): string {
  return join(temporaryFolder, 'fiducial-alive');
}

export function touch(path: string): void {
  closeSync(openSync(path, 'a'));
  const now = new Date();
  utimesSync(path, now, now);
}
