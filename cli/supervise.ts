/**
 * Runs the processes of the stack and keeps them running: what dies comes back, with growing pauses; what is told to
 * stop is given time to hand its work back. Each child holds a channel to this process and stops when it closes, so
 * that none outlives a supervisor that was killed.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { z } from 'zod';
import { type ErrorCode, FiducialError } from '../domain/errors.ts';

export interface ProcessSpec {
  readonly name: string;
  /** Path of a TypeScript module of ours. */
  readonly module: string;
  /** Configuration, sent to the child as its first message. */
  readonly config: unknown;
}

export interface SupervisorOptions {
  readonly onLine: (name: string, line: string) => void;
  readonly onRestart?: (name: string, reason: string, delayMs: number) => void;
  /** Between SIGTERM and SIGKILL. */
  readonly stopTimeoutMs?: number;
}

export interface Supervisor {
  /** Starts it and resolves with what the child said when ready. */
  start(spec: ProcessSpec): Promise<unknown>;
  pids(): Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 10_000;
/** Having run so long, a death is no longer counted as one of a series. */
const STEADY_MS = 30_000;

interface Kept {
  child: ChildProcess;
  delayMs: number;
  startedAt: number;
  timer: NodeJS.Timeout | null;
  /** Whether it has ever said that it is ready: what could not start once is not started again. */
  started: boolean;
}

export function createSupervisor({ onLine, onRestart, stopTimeoutMs = 20_000 }: SupervisorOptions): Supervisor {
  const kept = new Map<string, Kept>();
  let stopping = false;

  function spawn(spec: ProcessSpec): ChildProcess {
    const child = fork(spec.module, [], {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'json',
    });
    for (const stream of [child.stdout!, child.stderr!]) forwardLines(stream, (line) => onLine(spec.name, line));
    // Over the channel, not as an argument: everybody on the machine can read arguments, and the token is in it.
    child.send({ config: spec.config }, () => {});
    child.once('exit', (code, signal) => revive(spec, signal ?? `exit code ${code}`));
    return child;
  }

  function revive(spec: ProcessSpec, reason: string): void {
    const entry = kept.get(spec.name);
    if (stopping || !entry?.started) return;
    const delayMs = Date.now() - entry.startedAt > STEADY_MS ? FIRST_DELAY_MS : entry.delayMs;
    entry.delayMs = Math.min(LONGEST_DELAY_MS, delayMs * 2);
    onRestart?.(spec.name, reason, delayMs);
    entry.timer = setTimeout(() => {
      entry.timer = null;
      entry.startedAt = Date.now();
      entry.child = spawn(spec);
    }, delayMs);
  }

  return {
    start: async (spec) => {
      const child = spawn(spec);
      const entry = { child, delayMs: FIRST_DELAY_MS, startedAt: Date.now(), timer: null, started: false };
      kept.set(spec.name, entry);
      const facts = await ready(child, spec.name);
      entry.started = true;
      return facts;
    },
    pids: () =>
      Object.fromEntries(
        [...kept].flatMap(([name, { child }]) => (child.pid === undefined ? [] : [[name, child.pid]])),
      ),
    stop: async () => {
      stopping = true;
      for (const { timer } of kept.values()) if (timer) clearTimeout(timer);
      await Promise.all([...kept.values()].map(({ child }) => end(child, stopTimeoutMs)));
    },
  };
}

const failureSchema = z.object({ failed: z.object({ code: z.string(), message: z.string() }) });

/** The first message of a child says that it is ready, or why it can not be; a child that ends before it has failed to start. */
function ready(child: ChildProcess, name: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => {
      const { failed } = failureSchema.safeParse(message).data ?? {};
      if (failed) reject(new FiducialError(failed.code as ErrorCode, failed.message));
      else resolve(message);
    });
    child.once('exit', (code, signal) => reject(new Error(`${name} ended before it was ready (${signal ?? code})`)));
  });
}

function end(child: ChildProcess, timeoutMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill('SIGTERM');
  });
}

function forwardLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop()!;
    for (const line of parts) onLine(line);
  });
  stream.on('end', () => rest && onLine(rest));
}
