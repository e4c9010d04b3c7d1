/**
 * Gathers crops of several images into batches for one session. A batch runs when it is full, when nobody is left who
 * could add to it, or when it has waited for long (an image may be stuck in its decoder). Rows do not depend on their neighbours, so how they fall into batches changes no result.
 */
import type { OnnxSession } from './runtime.ts';

/** How long a batch waits for items that are still at work. */
const MAX_WAIT_MS = 250;

export interface Row {
  /** One image's part of an output, by the output's name. */
  readonly outputs: ReadonlyMap<string, Float32Array>;
}

interface Waiting {
  readonly pixels: Uint8Array;
  resolve(row: Row): void;
  reject(error: unknown): void;
}

/** Counts the items that are still at work, so that batchers know when waiting for more is useless. */
export class Work {
  readonly #batchers: Batcher[] = [];
  #running = 0;
  #checking = false;

  add(batcher: Batcher): void {
    this.#batchers.push(batcher);
  }

  /** Runs one item's work; its waits on batchers go through `pause`. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    this.#running++;
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  async pause<T>(wait: Promise<T>): Promise<T> {
    this.#leave();
    try {
      return await wait;
    } finally {
      this.#running++;
    }
  }

  #leave(): void {
    this.#running--;
    if (this.#running > 0 || this.#checking) return;
    this.#checking = true;
    // What has just been resolved goes on first, and items that are there already begin.
    setImmediate(() => {
      this.#checking = false;
      if (this.#running > 0) return;
      // One at a time: what its rows lead to may fill the others.
      const [fullest] = this.#batchers.toSorted((a, b) => b.waiting - a.waiting);
      fullest?.flush();
    });
  }
}

export class Batcher {
  readonly #session: OnnxSession;
  readonly #shape: readonly [height: number, width: number];
  readonly #size: number;
  readonly #work: Work;
  readonly #buffer: Uint8Array;
  #waiting: Waiting[] = [];
  #busy = false;
  #timer: NodeJS.Timeout | null = null;

  /** `size`: rows a batch at most. `height` and `width` of every row, pixels. */
  constructor(session: OnnxSession, work: Work, options: { size: number; height: number; width: number }) {
    this.#session = session;
    this.#work = work;
    this.#size = options.size;
    this.#shape = [options.height, options.width];
    this.#buffer = new Uint8Array(options.size * options.height * options.width * 3);
    work.add(this);
  }

  /** `pixels` is uint8 [H, W, 3], and is read before the promise resolves. Rejects where the runtime fails. */
  run(pixels: Uint8Array): Promise<Row> {
    const row = new Promise<Row>((resolve, reject) => {
      this.#waiting.push({ pixels, resolve, reject });
    });
    this.#timer ??= setTimeout(() => this.flush(), MAX_WAIT_MS);
    this.#advance();
    return this.#work.pause(row);
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Runs what is there, full or not. While a batch is running there will be another occasion. */
  flush(): void {
    if (!this.#busy && this.#waiting.length > 0) this.#start();
  }

  #advance(): void {
    if (!this.#busy && this.#waiting.length >= this.#size) this.#start();
  }

  #start(): void {
    const rows = this.#waiting.splice(0, this.#size);
    this.#busy = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    void this.#runBatch(rows).finally(() => {
      this.#busy = false;
      if (this.#waiting.length > 0) this.#timer ??= setTimeout(() => this.flush(), MAX_WAIT_MS);
      this.#advance();
    });
  }

  async #runBatch(rows: readonly Waiting[]): Promise<void> {
    try {
      const [height, width] = this.#shape;
      const bytes = height * width * 3;
      for (const [i, { pixels }] of rows.entries()) this.#buffer.set(pixels, i * bytes);
      const data = this.#buffer.subarray(0, rows.length * bytes);
      const outputs = await this.#session.run({ data, shape: [rows.length, height, width, 3] });
      for (const [i, { resolve }] of rows.entries()) resolve({ outputs: rowOf(outputs, i, rows.length) });
    } catch (error) {
      for (const { reject } of rows) reject(error);
    }
  }
}

function rowOf(outputs: Awaited<ReturnType<OnnxSession['run']>>, row: number, rows: number): Row['outputs'] {
  return new Map(
    [...outputs].map(([name, { data }]) => {
      const length = data.length / rows;
      return [name, data.subarray(row * length, (row + 1) * length)];
    }),
  );
}
