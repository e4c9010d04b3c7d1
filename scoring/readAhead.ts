/** Images that a worker has read and not handed on, over all its shards: bounded, however many shards it works on. */

/** Of one shard. */
export interface ReadAheadShare {
  /** A place for one more image; false where there is none. A shard that has none always gets one, so none waits for others. */
  take(): boolean;
  give(): void;
  /** Gives back what is left. */
  close(): void;
}

export class ReadAhead {
  readonly #places: number;
  readonly #shards: number;
  #taken = 0;
  /** Shards that have a place. */
  #holders = 0;

  /** `shards` of them at once at most, and no more images than `places`: a place is kept for each shard without one. */
  constructor(places: number, shards: number) {
    this.#places = places;
    this.#shards = shards;
  }

  /** Images that are held now. */
  get taken(): number {
    return this.#taken;
  }

  open(): ReadAheadShare {
    let own = 0;
    const giveBack = (count: number) => {
      if (count === 0) return;
      own -= count;
      this.#taken -= count;
      if (own === 0) this.#holders--;
    };
    return {
      take: () => {
        const kept = this.#shards - this.#holders;
        if (own > 0 && this.#taken + kept >= this.#places) return false;
        if (own === 0) this.#holders++;
        own++;
        this.#taken++;
        return true;
      },
      give: () => giveBack(1),
      close: () => giveBack(own),
    };
  }
}
