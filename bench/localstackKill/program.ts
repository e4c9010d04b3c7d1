import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A program of a container, started again when it ends, as ECS does. */
export class Program {
  readonly #start: () => ChildProcess;
  #process: ChildProcess;
  #over = false;

  constructor(file: string, environment: Readonly<Record<string, string>>) {
    const TMPDIR = mkdtempSync(join(tmpdir(), 'fiducial-bench-'));
    this.#start = () => {
      const child = spawn(process.execPath, [file], {
        env: { PATH: process.env.PATH ?? '', ...environment, TMPDIR },
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      child.once('exit', () => {
        if (this.#over) rmSync(TMPDIR, { recursive: true, force: true });
        else this.#process = this.#start();
      });
      return child;
    };
    this.#process = this.#start();
  }

  get pid(): number {
    return this.#process.pid!;
  }

  async stop(): Promise<void> {
    this.#over = true;
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await exited;
  }
}

/** Signal 9. False where it had just ended. */
export function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}
