/** How large a batch may be, and how it is cut. */
import { FiducialError } from '../../domain/errors.ts';

export interface PlanLimits {
  readonly maxImages: number;
  /** Of all images together. */
  readonly maxBytes: number;
  /** Lines of `images.jsonl`; the listing that they are looked up in is held in memory. */
  readonly maxManifestLines: number;
}

export const PLAN_LIMITS: PlanLimits = { maxImages: 20_000_000, maxBytes: 20e12, maxManifestLines: 2_000_000 };

export const MIN_SHARD = 16;
export const MAX_SHARD = 512;
const SHARDS_AIMED_AT = 1000;
/** From here on shards have the largest size whatever else is listed, and need not wait for the count. */
export const SIZE_IS_SURE = MAX_SHARD * SHARDS_AIMED_AT;

export function shardSizeFor(items: number): number {
  return Math.min(MAX_SHARD, Math.max(MIN_SHARD, Math.ceil(items / SHARDS_AIMED_AT)));
}

/** LIMIT_EXCEEDED. */
export function checkLimits(limits: PlanLimits, items: number, bytes: number): void {
  if (items > limits.maxImages) {
    throw new FiducialError(
      'LIMIT_EXCEEDED',
      `Expected at most ${limits.maxImages} images in a batch, got more: split it into several batches`,
    );
  }
  if (bytes > limits.maxBytes) {
    throw new FiducialError(
      'LIMIT_EXCEEDED',
      `Expected at most ${limits.maxBytes} bytes of images in a batch, got more: split it into several batches`,
    );
  }
}
