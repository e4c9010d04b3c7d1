/**
 * The container's health check: exits 0 where the worker has turned lately, else 1. A worker that waits for messages
 * turns every 20 seconds, one that works every 20 seconds too (it extends its lease).
 */
import { statSync } from 'node:fs';
import { readWorkerConfig } from './config.ts';
import { healthFile, STALE_MS } from './healthFile.ts';

function isHealthy(): boolean {
  try {
    const { mtimeMs } = statSync(healthFile(readWorkerConfig().temporaryFolder));
    return Date.now() - mtimeMs < STALE_MS;
  } catch {
    return false;
  }
}

process.exitCode = isHealthy() ? 0 : 1;
