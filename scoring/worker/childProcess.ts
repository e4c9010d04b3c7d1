/** One child process: started, fed, watched, and killed where it takes too much memory. */
import { type ChildProcess, fork } from 'node:child_process';
import type { Writable } from 'node:stream';
import { frameHead } from './frames.ts';
import { type FromChild, IMAGES_FD, type ImageHeader, type ToChild } from './protocol.ts';
import { residentBytes } from './residentMemory.ts';

export interface ChildOptions {
  /** Path of the module that serves: child.ts, or what was bundled of it. */
  readonly module: string;
  /** All of the child's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Resident memory above which it is killed, bytes. */
  readonly maxResidentBytes: number;
  /** Of its JavaScript heap, MB. */
  readonly maxHeapMb: number;
  readonly watchEveryMs: number;
}

export type Death = 'memory' | 'time' | 'itself';

export interface ChildEvents {
  message(message: FromChild): void;
  /** Once. `detail`: exit code or signal, for people. */
  died(why: Death, detail: string): void;
}

export class ScoringChild {
  readonly #process: ChildProcess;
  readonly #images: Writable | null;
  readonly #watch: NodeJS.Timeout;
  readonly #ended: Promise<void>;
  #killedFor: Death | null = null;

  constructor(options: ChildOptions, events: ChildEvents) {
    this.#process = fork(options.module, [], {
      env: { ...options.env },
      execArgv: [`--max-old-space-size=${options.maxHeapMb}`],
      serialization: 'advanced',
      // Its standard output is not ours: a parent that prints JSON stays clean.
      stdio: ['ignore', 'ignore', 'inherit', 'ipc', 'pipe'],
    });
    this.#images = this.#process.stdio[IMAGES_FD] as Writable | null;
    // What was on its way to a child that died is lost; its death is reported.
    this.#images?.on('error', () => {});
    this.#process.on('message', (message) => events.message(message as FromChild));
    this.#ended = new Promise((resolve) => {
      const end = (detail: string) => {
        clearInterval(this.#watch);
        resolve();
        events.died(this.#killedFor ?? 'itself', detail);
      };
      this.#process.once('exit', (code, signal) => end(signal ?? `exit code ${code}`));
      // Not started at all: no exit follows.
      this.#process.once('error', (error) => {
        if (this.#process.pid === undefined) end(error.message);
      });
    });
    this.#watch = setInterval(() => void this.#checkMemory(options.maxResidentBytes), options.watchEveryMs);
    this.#watch.unref();
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** What is sent to a dead child is lost; its death is reported. */
  send(message: ToChild): void {
    if (this.#process.connected) this.#process.send(message, () => {});
  }

  /** With all others of this turn of the event loop, in one write. */
  sendImage(header: ImageHeader, bytes: Uint8Array): void {
    const images = this.#images;
    if (!images?.writable) return;
    if (images.writableCorked === 0) {
      images.cork();
      setImmediate(() => images.uncork());
    }
    images.write(frameHead(header, bytes.length));
    if (bytes.length > 0) images.write(bytes);
  }

  kill(why: Death): void {
    this.#killedFor ??= why;
    this.#process.kill('SIGKILL');
  }

  /** Closes the channel, at which it ends by itself; after a second it is killed. */
  async stop(): Promise<void> {
    if (this.#process.connected) this.#process.disconnect();
    this.#images?.destroy();
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), 1000);
    await this.#ended;
    clearTimeout(timer);
  }

  async #checkMemory(limit: number): Promise<void> {
    const bytes = this.#process.pid === undefined ? null : await residentBytes(this.#process.pid);
    if (bytes !== null && bytes > limit) this.kill('memory');
  }
}
