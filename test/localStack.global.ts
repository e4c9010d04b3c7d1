/** vitest's globalSetup: one LocalStack for the whole run, started by the first test that asks, stopped at the end. */
import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    localStackFolder: string;
    testRunPid: number;
  }
}

const STOP_TIMEOUT_MS = 30_000;

export default function setup(project: TestProject): () => Promise<void> {
  // Made by the first test that asks.
  const folder = join(tmpdir(), `fiducial-test-localstack-${randomUUID()}`);
  project.provide('localStackFolder', folder);
  project.provide('testRunPid', process.pid);
  return async () => {
    await stopHolder(folder);
    rmSync(folder, { recursive: true, force: true });
  };
}

async function stopHolder(folder: string): Promise<void> {
  const pid = holderPid(folder);
  if (pid === null) return;
  process.kill(pid, 'SIGTERM');
  for (const deadline = Date.now() + STOP_TIMEOUT_MS; Date.now() < deadline; await sleep(50)) {
    if (!isAlive(pid)) return;
  }
  console.error(`LocalStack's holder, process ${pid}, did not end within ${STOP_TIMEOUT_MS} ms`);
}

function holderPid(folder: string): number | null {
  try {
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    return isAlive(pid) ? pid : null;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
