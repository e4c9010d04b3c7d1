/** LocalStack as a plain process, which ends when the process that started it ends, however that happens. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readFile, rm, rmdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FiducialError } from '../domain/errors.ts';
import { listBuckets } from './cloudFormation.ts';
import { waitUntilReady } from './ready.ts';
import { processEnvironment } from './settings.ts';

const STOP_TIMEOUT_MS = 20_000;
/** Where LocalStack keeps large bodies, by bucket; it has no setting for it and does not remove them. */
const BODIES = '/tmp/localstack-s3-storage';
/**
 * Keeps LocalStack as a child and ends it when standard input closes: the kernel does that for a parent that was
 * killed. `$0` is Python.
 */
const GUARD = `
  exec 3<&0
  "$0" -m localstack.runtime.main 3<&- &
  child=$!
  (cat <&3 > /dev/null; kill "$child" 2> /dev/null) &
  exec 3<&-
  wait "$child"
`;

export interface Running {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** @throws UNAVAILABLE, with the end of its log, where it does not get ready. */
export async function startProcess(python: string, port: number): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), 'fiducial-localstack-'));
  for (const name of ['home', 'fs']) await mkdir(join(folder, name));
  const listen = port === 0 ? await freePort() : port;
  const endpoint = `http://127.0.0.1:${listen}`;
  const log = await open(join(folder, 'log'), 'w');
  const child = spawn('/bin/sh', ['-c', GUARD, python], {
    stdio: ['pipe', log.fd, log.fd],
    env: processEnvironment(folder, listen),
    // A Ctrl-C in the terminal is for us: we stop it once our own processes have ended.
    detached: true,
  });
  await log.close();
  const stop = () => stopProcess(child, endpoint, folder);
  try {
    await waitUntilReady(endpoint, { alive: () => child.exitCode === null && child.signalCode === null });
  } catch (cause) {
    const text = await readFile(join(folder, 'log'), 'utf8').catch(() => '');
    await stop();
    throw new FiducialError(
      'UNAVAILABLE',
      `LocalStack did not start: ${text.trim().split('\n').slice(-5).join('\n')}`,
      {
        cause,
      },
    );
  }
  return { endpoint, stop };
}

async function stopProcess(child: ChildProcess, endpoint: string, folder: string): Promise<void> {
  const running = child.exitCode === null && child.signalCode === null;
  const buckets = running ? await listBuckets(endpoint).catch(() => []) : [];
  if (running) {
    const exited = once(child, 'exit');
    child.stdin?.end();
    const timer = setTimeout(() => killGroup(child), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(timer);
  }
  child.stdin?.destroy();
  // Only this instance's: another may run beside it.
  for (const bucket of buckets) await rm(join(BODIES, bucket), { recursive: true, force: true });
  await rmdir(BODIES).catch(() => {});
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** The group is ours alone: the guard was started detached. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new FiducialError('INTERNAL', 'Expected a TCP port');
  return address.port;
}
