/**
 * `npm run localstack`: the whole stack on LocalStack. Starts it, deploys the storage stack, runs `fiducial up` on it,
 * and ends all of it on Ctrl-C. `--storage-only` runs no processes of ours; `--port N` is LocalStack's; `--stage NAME` is
 * part of the stack's name; what follows `--` goes to `fiducial up`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { isFiducialError } from '../domain/errors.ts';
import type { DeployedStorage } from './deploy.ts';
import { startLocalStack } from './start.ts';

const CLI = new URL('../cli/bin.mjs', import.meta.url).pathname;
const DEFAULT_PORT = 4566;

const say = (line: string) => console.error(line);

interface Options {
  readonly port: number;
  readonly stage: string;
  readonly storageOnly: boolean;
  readonly forUp: readonly string[];
}

function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { port: { type: 'string' }, stage: { type: 'string' }, 'storage-only': { type: 'boolean' } },
    allowPositionals: true,
  });
  const port = Number(values.port ?? DEFAULT_PORT);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new TypeError(`Expected --port to be 0 to 65535, got ${values.port}`);
  }
  const storageOnly = values['storage-only'] ?? false;
  return { port, stage: values.stage ?? 'local', storageOnly, forUp: positionals };
}

/** Until the first SIGINT or SIGTERM. */
function told(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve(signal));
  });
}

/** A promise alone does not keep the process. */
async function waitFor<T>(promise: Promise<T>): Promise<T> {
  const timer = setInterval(() => {}, 60_000);
  try {
    return await promise;
  } finally {
    clearInterval(timer);
  }
}

/** `fiducial up` with the deployment as its environment. */
function startStack(deployed: DeployedStorage, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [CLI, 'up', '--storage', 'aws', ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...deployed.environment },
    // A Ctrl-C in the terminal reaches us alone, and it through us, in order.
    detached: true,
  });
}

function sayWhere(deployed: DeployedStorage): void {
  say(`fiducial: the storage stack ${deployed.stackName} is deployed. For an AWS SDK or the aws command:`);
  for (const [name, value] of Object.entries(deployed.environment)) say(`  export ${name}=${value}`);
}

/** Gives the exit code. */
async function up(options: Options): Promise<number> {
  const stopped = told();
  const localStack = await startLocalStack({ port: options.port, environment: process.env, say });
  try {
    say(`fiducial: LocalStack answers at ${localStack.endpoint} (${localStack.how})`);
    // The CDK takes seconds to load; what is wrong before it is needed is said at once.
    const { deployStorage } = await import('./deploy.ts');
    const deployed = await deployStorage(localStack.endpoint, options.stage);
    sayWhere(deployed);
    if (options.storageOnly) {
      await waitFor(stopped);
      return 0;
    }
    const stack = startStack(deployed, options.forUp);
    const ended = once(stack, 'exit').then(([code]) => (typeof code === 'number' ? code : 1));
    const first = await Promise.race([ended, stopped]);
    if (typeof first === 'number') return first;
    stack.kill(first);
    return await ended;
  } finally {
    await localStack.stop();
  }
}

try {
  process.exitCode = await up(readOptions(process.argv.slice(2)));
} catch (error) {
  const usage = error instanceof TypeError;
  if (!usage && !isFiducialError(error)) throw error;
  console.error(`fiducial: ${(error as Error).message}`);
  process.exitCode = usage || isFiducialError(error, 'INVALID_CONFIG') ? 2 : 1;
}
