/** LocalStack as a container, where a Docker engine answers. */
import { FiducialError } from '../domain/errors.ts';
import type { Running } from './process.ts';
import { waitUntilReady } from './ready.ts';
import { run } from './run.ts';

const COMPOSE = new URL('./compose.yaml', import.meta.url).pathname;
const DEFAULT_PORT = 4566;
const PULL_TIMEOUT_MS = 600_000;

/** Whether an engine answers, not merely whether there is a command. */
export async function dockerAnswers(): Promise<boolean> {
  const { status } = await run('docker', ['version', '--format', '{{.Server.Version}}'], { timeoutMs: 5000 });
  return status === 0 && (await run('docker', ['compose', 'version'], { timeoutMs: 5000 })).status === 0;
}

/** Its project is named after the port, so that several run side by side and each is stopped by its own name. */
export async function startContainer(port: number, environment: Record<string, string | undefined>): Promise<Running> {
  const listen = port === 0 ? DEFAULT_PORT + (process.pid % 1000) : port;
  const env = { ...environment, FIDUCIAL_LOCALSTACK_PORT: String(listen) };
  const compose = (...args: string[]) =>
    run('docker', ['compose', '-f', COMPOSE, '-p', `fiducial-${listen}`, ...args], { timeoutMs: PULL_TIMEOUT_MS, env });
  const up = await compose('up', '--detach');
  if (up.status !== 0)
    throw new FiducialError('UNAVAILABLE', `docker compose could not start LocalStack: ${up.output}`);
  const endpoint = `http://127.0.0.1:${listen}`;
  const stop = async () => {
    await compose('down', '--volumes');
  };
  try {
    await waitUntilReady(endpoint);
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint, stop };
}
