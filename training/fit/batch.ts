/** What the fit loop eats. */

export interface Batch {
  /** [N, H, W, 3], RGB, or [N, H, W, 1] where the grey conversion is done already; 0 to 255. */
  readonly images: Float32Array | Uint8Array;
  /** [N, K, 2], x before y, crop units. */
  readonly targets: Float32Array;
  /** [N, K], 1 where the point counts; null: all do. */
  readonly mask: Float32Array | null;
}

export interface BatchSource {
  readonly stepsPerEpoch: number;
  /**
   * The batches of an epoch (from 0), the first `fromStep` left out. A batch depends on the source's seed, the epoch
   * and its place only, so that a resumed epoch goes on with what the uninterrupted one would have got.
   */
  epoch(epoch: number, fromStep: number): AsyncIterable<Batch>;
}
