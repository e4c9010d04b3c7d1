/** How much work a worker takes: so many messages at once, or more of them where they are light. */

export interface ByWeight {
  /** So many messages at once, whatever they weigh. */
  readonly atLeast: number;
  /** So many, while all together weigh less than `light`. Received one at a time: nobody knows what the next one weighs. */
  readonly atMost: number;
  readonly light: number;
  /** Of a message, by its body, in a unit of the caller's. */
  weigh(body: string): number;
}

export class Room {
  readonly #limits: ByWeight;
  #count = 0;
  #weight = 0;

  constructor(limits: number | ByWeight) {
    this.#limits = typeof limits === 'number' ? { atLeast: limits, atMost: limits, light: 0, weigh: () => 0 } : limits;
  }

  /** How many more messages may be received. */
  get free(): number {
    const { atLeast, atMost, light } = this.#limits;
    if (this.#count < atLeast) return atLeast - this.#count;
    return this.#count < atMost && this.#weight < light ? 1 : 0;
  }

  /** Begins a message; what it gives ends it. */
  take(body: string): () => void {
    const weight = this.#limits.weigh(body);
    this.#count++;
    this.#weight += weight;
    return () => {
      this.#count--;
      this.#weight -= weight;
    };
  }
}
