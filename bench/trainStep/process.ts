/** A side of a comparison: a process that takes a number of steps when told to, and says how long each took. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';

export interface Answer {
  /** Of the first of the steps. */
  readonly loss: number;
  /** Milliseconds of each. */
  readonly times: readonly number[];
  readonly peakMB: number;
}

export class Stepper {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #stderr = '';

  constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
    this.#child = spawn(command, args, { env });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-2000);
    });
    const lines: Interface = createInterface({ input: this.#child.stdout });
    this.#lines = lines[Symbol.asyncIterator]();
  }

  /** Throws with what it printed where it ended instead. */
  async take(steps: number): Promise<Answer> {
    this.#child.stdin.write(`${steps}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`Expected an answer, but the process ended: ${this.#stderr}`);
    return JSON.parse(value) as Answer;
  }

  close(): void {
    this.#child.stdin.end();
    this.#child.kill();
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
