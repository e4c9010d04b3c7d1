/** Reads the images of a shard, several at once, as they were when the run was planned, or finds where they lie. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  type ErrorCode,
  FiducialError,
  type ItemErrorCode,
  isFiducialError,
  isItemErrorCode,
} from '../domain/errors.ts';
import { uploadKeys } from '../domain/keys.ts';
import type { PlanItem } from '../domain/records.ts';
import { readLocalBody } from '../storage/localBody.ts';
import type { ObjectStore } from '../storage/ports.ts';
import type { ScoringItem } from './ports.ts';

export interface ReadingLimits {
  /** Larger objects are not read: TOO_LARGE. */
  readonly maxImageBytes: number;
  /** Reads of one shard at once. */
  readonly atOnce: number;
  /** Of one image, before it is UNREADABLE. The store has tried again by itself each time. */
  readonly attempts: number;
  readonly backoffMs: number;
}

export const READING: ReadingLimits = { maxImageBytes: 100_000_000, atOnce: 16, attempts: 3, backoffMs: 200 };

interface Failed {
  readonly kind: 'failed';
  readonly code: ItemErrorCode;
  readonly message?: string;
}

export type ImageRead = { readonly kind: 'content'; readonly content: ScoringItem['content'] } | Failed;

/** Never throws for one image's sake. ABORTED when told to stop. */
export async function readImage(
  uploads: ObjectStore,
  place: { readonly project: string; readonly batch: string },
  item: PlanItem,
  limits: ReadingLimits,
  signal: AbortSignal,
): Promise<ImageRead> {
  if (item.etag === null) return { kind: 'failed', code: 'MISSING' };
  if (item.bytes === 0) return { kind: 'failed', code: 'EMPTY' };
  if (item.bytes !== null && item.bytes > limits.maxImageBytes) {
    const message = `Expected at most ${limits.maxImageBytes} bytes, got ${item.bytes}`;
    return { kind: 'failed', code: 'TOO_LARGE', message };
  }
  const key = uploadKeys.image(place.project, place.batch, item.key);
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    try {
      const as = { ifMatch: item.etag, signal };
      // A store of files is read where the image is decoded: its bytes need not pass through two processes.
      return { kind: 'content', content: (await uploads.locate?.(key, as)) ?? (await uploads.get(key, as)).body };
    } catch (error) {
      signal.throwIfAborted();
      const failed = failureOf(error);
      if (failed.code !== 'UNREADABLE' || attempt >= limits.attempts) return failed;
      // Jitter: workers that a store refused together do not come back together.
      await delay(limits.backoffMs * 2 ** attempt * (0.5 + Math.random()), undefined, { signal });
    }
  }
}

const BY_STORE: Readonly<Partial<Record<ErrorCode, ItemErrorCode>>> = {
  NOT_FOUND: 'MISSING',
  PRECONDITION_FAILED: 'CHANGED',
  CORRUPT_STORE: 'CORRUPT',
};

/** What a scorer does first: the bytes of an image file that may still lie where it lay. */
export function readContent(
  content: ScoringItem['content'],
): { readonly kind: 'bytes'; readonly bytes: Uint8Array } | Failed {
  try {
    return { kind: 'bytes', bytes: content instanceof Uint8Array ? content : readLocalBody(content) };
  } catch (error) {
    return failureOf(error);
  }
}

function failureOf(error: unknown): Failed {
  if (!(error instanceof Error)) return { kind: 'failed', code: 'UNREADABLE' };
  if (!isFiducialError(error)) return { kind: 'failed', code: 'UNREADABLE', message: error.message };
  const code = BY_STORE[error.code] ?? (isItemErrorCode(error.code) ? error.code : 'UNREADABLE');
  return code === 'MISSING'
    ? { kind: 'failed', code, message: 'the object was there when the run was planned, and is gone' }
    : { kind: 'failed', code, message: error.message };
}

/** UNAVAILABLE: to be tried again before it is taken for an outcome. */
export function unreadableImages(shard: string, count: number): FiducialError {
  return new FiducialError(
    'UNAVAILABLE',
    `Expected to read every image of shard ${shard}, got ${count} refused by the store`,
    {
      ids: { shard },
    },
  );
}
