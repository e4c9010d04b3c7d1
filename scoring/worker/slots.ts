/**
 * Bounds what is in flight, by number and by bytes. The older job comes first, so that shards end one after the other:
 * while one is being settled the next has the scorer, which never idles.
 */
export class Slots {
  readonly #maxCount: number;
  readonly #maxBytes: number;
  readonly #waiting: { readonly job: number; readonly bytes: number; readonly grant: () => void }[] = [];
  #count = 0;
  #bytes = 0;

  constructor(maxCount: number, maxBytes: number) {
    this.#maxCount = maxCount;
    this.#maxBytes = maxBytes;
  }

  get inFlight(): number {
    return this.#count;
  }

  /** `job`: its number; lower ones are older. */
  async take(job: number, bytes: number): Promise<void> {
    if (this.#waiting.length === 0 && this.#fits(bytes)) {
      this.#grant(bytes);
      return;
    }
    await new Promise<void>((grant) => {
      const before = this.#waiting.findIndex((other) => other.job > job);
      this.#waiting.splice(before === -1 ? this.#waiting.length : before, 0, { job, bytes, grant });
    });
  }

  give(bytes: number): void {
    this.#count--;
    this.#bytes -= bytes;
    while (this.#waiting.length > 0 && this.#fits(this.#waiting[0]!.bytes)) {
      const next = this.#waiting.shift()!;
      this.#grant(next.bytes);
      next.grant();
    }
  }

  /** One alone always fits. */
  #fits(bytes: number): boolean {
    return this.#count === 0 || (this.#count < this.#maxCount && this.#bytes + bytes <= this.#maxBytes);
  }

  #grant(bytes: number): void {
    this.#count++;
    this.#bytes += bytes;
  }
}
