/** The embedded stack: its processes, its token, and where a client finds it. */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { FiducialError } from '../domain/errors.ts';
import { openStorage, type StorageConfig } from '../storage/open.ts';
import type { ProcessConfig } from './processes/stackProcess.ts';
import { createSupervisor, type Supervisor } from './supervise.ts';

export interface StackOptions {
  readonly folder: string;
  /** Default: embedded in the folder. */
  readonly aws?: Extract<StorageConfig, { kind: 'aws' }> | null;
  readonly host: string;
  readonly port: number;
  readonly scorers: number;
  readonly trainers: number;
  onLine(process: string, line: string): void;
  onRestart(process: string, reason: string, delayMs: number): void;
}

export interface RunningStack {
  readonly url: string;
  readonly token: string;
  readonly supervisor: Supervisor;
  stop(): Promise<void>;
}

/** What a client on this machine reads instead of being told. */
const endpointSchema = z.object({ url: z.url(), token: z.string() });
export type Endpoint = z.infer<typeof endpointSchema>;

export async function startStack(options: StackOptions): Promise<RunningStack> {
  const folder = resolve(options.folder);
  const storage: StorageConfig = options.aws ?? { kind: 'embedded', folder };
  await mkdir(folder, { recursive: true });
  // Alone: the schema is brought up to date before anybody else opens the folder.
  await (await openStorage(storage)).close();
  const token = await readOrMakeToken(folder);
  const supervisor = createSupervisor(options);
  const config: ProcessConfig = { folder, storage, host: options.host, port: options.port, url: null, token };
  try {
    const url = await startApi(supervisor, config);
    const rest = { ...config, url };
    await Promise.all([
      supervisor.start({ name: 'planner', module: modulePath('planner'), config: rest }),
      ...numbered('scorer', options.scorers).map((name) =>
        supervisor.start({ name, module: modulePath('scorer'), config: rest }),
      ),
      ...numbered('trainer', options.trainers).map((name) =>
        supervisor.start({ name, module: modulePath('trainer'), config: rest }),
      ),
    ]);
    await writeFile(endpointFile(folder), JSON.stringify({ url, token } satisfies Endpoint), { mode: 0o600 });
    return {
      url,
      token,
      supervisor,
      stop: async () => {
        await rm(endpointFile(folder), { force: true });
        await supervisor.stop();
      },
    };
  } catch (error) {
    await supervisor.stop();
    throw error;
  }
}

async function startApi(supervisor: Supervisor, config: ProcessConfig): Promise<string> {
  const spec = { name: 'api', module: modulePath('api'), config };
  const ready = z.object({ url: z.url() }).parse(await supervisor.start(spec));
  // Should it die, the next one has to listen where clients know it.
  spec.config = { ...config, url: ready.url };
  return ready.url;
}

function modulePath(name: string): string {
  return fileURLToPath(new URL(`./processes/${name}.ts`, import.meta.url));
}

function numbered(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => (count === 1 ? name : `${name}-${i + 1}`));
}

function endpointFile(folder: string): string {
  return join(resolve(folder), 'endpoint.json');
}

/** Null where no stack runs on this folder. */
export async function readEndpoint(folder: string): Promise<Endpoint | null> {
  const text = await readFile(endpointFile(folder), 'utf8').catch(() => null);
  const parsed = text === null ? null : endpointSchema.safeParse(JSON.parse(text));
  return parsed?.success ? parsed.data : null;
}

/** Kept in the folder, so that it outlives restarts; readable by its owner alone. */
async function readOrMakeToken(folder: string): Promise<string> {
  const file = join(folder, 'token');
  await mkdir(folder, { recursive: true });
  const made = randomBytes(24).toString('base64url');
  await writeFile(file, made, { mode: 0o600, flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const token = (await readFile(file, 'utf8')).trim();
  if (token.length >= 16) return token;
  throw new FiducialError(
    'INVALID_CONFIG',
    `Expected a token of at least 16 characters in ${file}, got ${token.length}; delete the file to have a new one`,
  );
}
