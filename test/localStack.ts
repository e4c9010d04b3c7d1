import { spawn } from 'node:child_process';
import { mkdir, open, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inject } from 'vitest';
import { CREDENTIALS, REGION } from '../localstack/settings.ts';
import type { AwsConfig } from '../storage/aws/index.ts';

const HOLD = new URL('../localstack/hold.ts', import.meta.url).pathname;
/** A first use installs it. */
const TIMEOUT_MS = 600_000;

/**
 * The run's one LocalStack, for tests that need it; null where neither Docker nor Python is there, which one line
 * says, and which fails under CI=true.
 */
export async function localStack(): Promise<AwsConfig | null> {
  const folder = inject('localStackFolder');
  if (await isFirst(folder)) await startHolder(folder);
  const outcome = await outcomeIn(folder);
  if (outcome.endpoint) return { region: REGION, endpoint: outcome.endpoint, credentials: CREDENTIALS };
  const message = `No LocalStack, so its tests did not run: ${outcome.missing}`;
  if (process.env.CI === 'true') throw new Error(message);
  console.warn(message);
  return null;
}

/** Whoever makes the folder starts LocalStack. */
async function isFirst(folder: string): Promise<boolean> {
  return mkdir(folder).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
}

async function startHolder(folder: string): Promise<void> {
  const log = await open(join(folder, 'holder.log'), 'w');
  const child = spawn(process.execPath, [HOLD, folder, String(inject('testRunPid'))], {
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  await writeFile(join(folder, 'pid'), String(child.pid));
  child.unref();
  await log.close();
}

async function outcomeIn(folder: string): Promise<{ endpoint?: string; missing?: string }> {
  const path = join(folder, 'outcome.json');
  for (const deadline = Date.now() + TIMEOUT_MS; Date.now() < deadline; await sleep(50)) {
    if (await stat(path).catch(() => null)) return JSON.parse(await readFile(path, 'utf8'));
  }
  throw new Error(`LocalStack's holder gave no outcome within ${TIMEOUT_MS} ms`);
}
