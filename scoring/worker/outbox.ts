/**
 * Gathers what is to be sent: what one turn of the event loop brings goes as one message, but never more than a few
 * wait, so that whatever comes to hang or to die holds back little of what was done before it.
 */
export class Outbox<T> {
  readonly #most: number;
  readonly #send: (all: readonly T[]) => void;
  #waiting: T[] = [];
  #flushing = false;

  constructor(most: number, send: (all: readonly T[]) => void) {
    this.#most = most;
    this.#send = send;
  }

  add(one: T): void {
    this.#waiting.push(one);
    if (this.#waiting.length >= this.#most) this.#flush();
    else if (!this.#flushing) {
      this.#flushing = true;
      setImmediate(() => {
        this.#flushing = false;
        this.#flush();
      });
    }
  }

  #flush(): void {
    if (this.#waiting.length === 0) return;
    const all = this.#waiting;
    this.#waiting = [];
    this.#send(all);
  }
}
