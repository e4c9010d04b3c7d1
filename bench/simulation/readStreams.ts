/** A worker's reads of images: so many at once of one shard, and so many of all its shards. */

/** A read under way, or the time when one may begin. */
function earliest(streams: Float64Array): number {
  let first = 0;
  for (let stream = 1; stream < streams.length; stream++) if (streams[stream]! < streams[first]!) first = stream;
  return first;
}

export class ReadStreams {
  readonly #ofShard: number;
  /** When each ends what it reads, milliseconds; null where only the shards are bounded. */
  readonly #all: Float64Array | null;

  constructor(ofShard: number, ofAll: number | null) {
    this.#ofShard = ofShard;
    this.#all = ofAll === null ? null : new Float64Array(ofAll);
  }

  shard(now: number) {
    const own = new Float64Array(this.#ofShard).fill(now);
    const all = this.#all;
    return {
      /** The next image, on the stream that is free first. */
      read(ms: number): void {
        const mine = earliest(own);
        const shared = all && earliest(all);
        const begins = Math.max(own[mine]!, all && shared !== null ? all[shared]! : 0);
        own[mine] = begins + ms;
        if (all && shared !== null) all[shared] = begins + ms;
      },
      /** Of the last image. */
      get endedAt(): number {
        return Math.max(...own);
      },
    };
  }
}
