/** A program that is compared, as one or several processes that share the images: protocol.ts from the other side. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { pointsSchema, readySchema, roundSchema } from './protocol.ts';

export interface PeerSpec {
  readonly name: string;
  /** Passes of a network over a face, and whether it has to find the face first: what is compared with what. */
  readonly passes: number;
  readonly detects: boolean;
  /** One a process. */
  readonly commands: readonly (readonly [program: string, ...args: string[]])[];
}

class PeerProcess {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor([program, ...args]: readonly [string, ...string[]]) {
    this.#process = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#process.stdout! })[Symbol.asyncIterator]();
  }

  async answer(): Promise<unknown> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`Expected an answer of ${this.#process.spawnargs.join(' ')}, got its end`);
    return JSON.parse(value);
  }

  ask(command: string): Promise<unknown> {
    this.#process.stdin!.write(`${command}\n`);
    return this.answer();
  }

  /** The most that it ever had resident, bytes. */
  peakBytes(): number {
    const status = readFileSync(`/proc/${this.#process.pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+)/m.exec(status)![1]) * 1024;
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.stdin!.end();
    await ended;
  }
}

export class Peer {
  readonly versions: Readonly<Record<string, string>>;
  /** From its start to the points of its first image, model loaded. */
  readonly startSeconds: number;
  readonly #processes: readonly PeerProcess[];

  private constructor(processes: readonly PeerProcess[], startSeconds: number, versions: Record<string, string>) {
    this.#processes = processes;
    this.startSeconds = startSeconds;
    this.versions = versions;
  }

  static async start({ commands }: PeerSpec): Promise<Peer> {
    const started = performance.now();
    const processes = commands.map((command) => new PeerProcess(command));
    const [ready] = await Promise.all(processes.map(async (one) => readySchema.parse(await one.answer())));
    return new Peer(processes, (performance.now() - started) / 1000, ready!.versions);
  }

  /** Seconds for all images, until the last process is done. */
  async round(): Promise<number> {
    const started = performance.now();
    const own = await Promise.all(
      this.#processes.map(async (one) => roundSchema.parse(await one.ask('round')).seconds),
    );
    return own.length === 1 ? own[0]! : (performance.now() - started) / 1000;
  }

  /** Of the last round, by image. */
  async points() {
    const parts = await Promise.all(
      this.#processes.map(async (one) => pointsSchema.parse(await one.ask('points')).points),
    );
    const count = parts.reduce((sum, part) => sum + part.length, 0);
    return Array.from({ length: count }, (_, i) => parts[i % parts.length]![Math.floor(i / parts.length)] ?? null);
  }

  get peakBytes(): number {
    return this.#processes.reduce((sum, one) => sum + one.peakBytes(), 0);
  }

  async end(): Promise<void> {
    await Promise.all(this.#processes.map((one) => one.end()));
  }
}
