/** A stack whose processes can be killed, one by one or all at once, and which is started again where nothing is left. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { childrenOf } from '../embeddedStack.ts';
import type { Wanted } from './stackProcess.ts';

export interface Victim {
  /** `planner`, `api`, `scorer`, `child of scorer`, `trainer`. */
  readonly kind: string;
  readonly pid: number;
}

export class Victims {
  readonly #wanted: Wanted;
  #process: ChildProcess;
  url: string;
  token: string;

  private constructor(wanted: Wanted, started: Started) {
    this.#wanted = { ...wanted, port: Number(new URL(started.url).port) };
    this.#process = started.process;
    this.url = started.url;
    this.token = started.token;
  }

  static async start(wanted: Wanted): Promise<Victims> {
    return new Victims(wanted, await start(wanted));
  }

  async all(): Promise<Victim[]> {
    const answer = once(this.#process, 'message');
    this.#process.send('pids');
    const [pids] = (await answer) as [Record<string, number>];
    return Object.entries(pids).flatMap(([name, pid]) => {
      const kind = name.replace(/-\d+$/, '');
      return [{ kind, pid }, ...childrenOf(pid).map((child) => ({ kind: `child of ${kind}`, pid: child }))];
    });
  }

  /** Every process of it, its supervisor first; then another one, on the same folder and port. */
  async killAll(): Promise<void> {
    const victims = await this.all();
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    for (const victim of victims) kill(victim);
    await ended;
    const started = await start(this.#wanted);
    this.#process = started.process;
    this.url = started.url;
    this.token = started.token;
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.send('stop');
    await ended;
  }
}

/** False where it was gone already. */
export function kill({ pid }: Victim): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

interface Started {
  readonly process: ChildProcess;
  readonly url: string;
  readonly token: string;
}

async function start(wanted: Wanted): Promise<Started> {
  const child = fork(join(import.meta.dirname, 'stackProcess.ts'), [], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  child.stderr!.pipe(createWriteStream(join(wanted.folder, 'stack.log'), { flags: 'a' }));
  child.send(wanted);
  const [ready] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code, signal]) => {
      throw new Error(`The stack did not start (${signal ?? code}); see stack.log in ${wanted.folder}`);
    }),
  ]);
  return { process: child, ...(ready as Omit<Started, 'process'>) };
}
