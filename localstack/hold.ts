/**
 * Holds one LocalStack for several processes: `node localstack/hold.ts FOLDER PID`. Writes `FOLDER/outcome.json`,
 * `{"endpoint"}` or `{"missing"}`, and ends on SIGTERM or when the process PID is gone.
 */
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isFiducialError } from '../domain/errors.ts';
import { startLocalStack } from './start.ts';

const [folder = '', owner = '0'] = process.argv.slice(2);
const OWNER_POLL_MS = 500;

async function say(outcome: Record<string, string>): Promise<void> {
  await writeFile(join(folder, 'outcome.tmp'), JSON.stringify(outcome));
  await rename(join(folder, 'outcome.tmp'), join(folder, 'outcome.json'));
}

function ownerIsAlive(): boolean {
  try {
    process.kill(Number(owner), 0);
    return true;
  } catch {
    return false;
  }
}

const told = new Promise<void>((resolve) => {
  process.once('SIGTERM', () => resolve());
  process.once('SIGINT', () => resolve());
  const timer = setInterval(() => {
    if (ownerIsAlive()) return;
    clearInterval(timer);
    resolve();
  }, OWNER_POLL_MS);
});

try {
  const localStack = await startLocalStack({ environment: process.env, say: console.error });
  await say({ endpoint: localStack.endpoint, how: localStack.how });
  await told;
  await localStack.stop();
  // Otherwise its owner does.
  if (!ownerIsAlive()) await rm(folder, { recursive: true, force: true });
  process.exit(0);
} catch (error) {
  await say({ missing: error instanceof Error ? error.message : String(error) });
  process.exit(isFiducialError(error, 'BACKEND_UNAVAILABLE') ? 0 : 1);
}
