/** Time that passes only when everything waits for it. */

interface Due {
  readonly at: number;
  readonly order: number;
  readonly wake: () => void;
}

const LONGEST_MS = 14 * 86_400_000;

/** Milliseconds from 0. What is due at one moment happens in the order in which it was asked for. */
export class VirtualClock {
  readonly #heap: Due[] = [];
  #now = 0;
  #asked = 0;

  get now(): number {
    return this.#now;
  }

  after(ms: number, wake: () => void): void {
    const due = { at: this.#now + Math.max(0, ms), order: this.#asked++, wake };
    let at = this.#heap.push(due) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(due, this.#heap[parent]!)) break;
      this.#heap[at] = this.#heap[parent]!;
      at = parent;
    }
    this.#heap[at] = due;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Until `ended`. Throws where nothing is left to wait for: what is simulated hangs. */
  async run(ended: () => boolean): Promise<void> {
    for (;;) {
      // All that follows from what happened so far happens before the next thing does.
      await new Promise((resolve) => setImmediate(resolve));
      if (ended()) return;
      const due = this.#take();
      if (!due) throw new Error(`Nothing is left to happen at ${this.#now} ms, and the run is not done`);
      this.#now = due.at;
      if (this.#now > LONGEST_MS) throw new Error('The run is not done after two weeks');
      due.wake();
      while (this.#heap[0]?.at === this.#now) this.#take()!.wake();
    }
  }

  #take(): Due | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (!first || !last || first === last) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#heap.length) break;
      if (child + 1 < this.#heap.length && before(this.#heap[child + 1]!, this.#heap[child]!)) child++;
      if (!before(this.#heap[child]!, last)) break;
      this.#heap[at] = this.#heap[child]!;
      at = child;
    }
    this.#heap[at] = last;
    return first;
  }
}

function before(a: Due, b: Due): boolean {
  return a.at - b.at < 0 || (a.at === b.at && a.order < b.order);
}
