/** A queue between a producer and an asynchronous consumer. */
export class AsyncQueue<T> {
  readonly #values: T[] = [];
  #wake: (() => void) | null = null;
  #closed = false;

  push(value: T): void {
    this.#values.push(value);
    this.#wake?.();
  }

  /** No more values come. */
  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  get size(): number {
    return this.#values.length;
  }

  /** False where the queue is closed and empty. */
  async wait(): Promise<boolean> {
    while (this.#values.length === 0) {
      if (this.#closed) return false;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = null;
    }
    return true;
  }

  /** Undefined where it is empty. */
  take(): T | undefined {
    return this.#values.shift();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    while (await this.wait()) yield this.#values.shift()!;
  }
}
