/** A workerProcess.ts that loads, and waits to be told to go; and is ended it as a machine does that is switched off. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import type { WorkerSettings } from './workerProcess.ts';

const FILE = resolve(import.meta.dirname, 'workerProcess.ts');

export class Worker {
  readonly #process: ChildProcess;
  /** It came to the call where it was told to hang. */
  readonly hung: Promise<void>;

  constructor(environment: Readonly<Record<string, string>>, settings: Partial<WorkerSettings>) {
    const all: WorkerSettings = { role: 'scorer', hangAt: null, clockAheadMs: 0, ...settings };
    this.#process = fork(FILE, [JSON.stringify(all)], { env: { ...environment }, execArgv: [] });
    this.hung = new Promise((resolve, reject) => {
      this.#process.on('message', (message) => message === 'hung' && resolve());
      this.#process.once('exit', (code) => reject(new Error(`Expected a worker that hangs, got exit code ${code}`)));
    });
    this.hung.catch(() => {}); // where nobody waits for it
    onTestFinished(() => this.kill());
  }

  /** It begins to receive. */
  go(): this {
    this.#process.send('go');
    return this;
  }

  /** Signal 9. Returns when it is gone. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** SIGTERM: it puts back what it holds. */
  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.kill(signal);
    await exited;
  }
}
