/** Writes that go on while their caller makes the next one, a few at once. */

const AT_ONCE = 16;

export class BackgroundWrites {
  readonly #writes = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | null = null;

  /** Returns when there is room for another. */
  async add(writing: Promise<unknown>): Promise<void> {
    const write: Promise<void> = writing
      .then(
        () => {},
        (error: unknown) => {
          this.#failure ??= { error };
        },
      )
      .finally(() => this.#writes.delete(write));
    this.#writes.add(write);
    if (this.#writes.size >= AT_ONCE) await Promise.race(this.#writes);
  }

  get failed(): boolean {
    return this.#failure !== null;
  }

  /** Throws what the first write that failed threw. */
  check(): void {
    if (this.#failure) throw this.#failure.error;
  }

  /** Until nothing is being written. Never throws: for whoever gives up. */
  async settled(): Promise<void> {
    await Promise.all(this.#writes);
  }
}
