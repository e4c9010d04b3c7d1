/**
 * What the read side of scoring gives: to GraphQL, to the command line, to tests. Nothing here is stored; every value
 * is derived from the ledger's objects, by a number of requests that does not grow with the run.
 */
import type { ItemErrorCode, OperationErrorCode } from '../../domain/errors.ts';
import type { Done, Prediction, Run } from '../../domain/records.ts';
import type { Stores } from '../../storage/ports.ts';

/** Reading needs these two only; `Stores` fits. */
export type ReadStores = Pick<Stores, 'uploads' | 'results'>;

export interface Edge<T> {
  /** Opaque; goes on after this edge when given as `after`. INVALID_INPUT where it is not one of ours. */
  readonly cursor: string;
  readonly node: T;
}

export interface Page<T> {
  readonly edges: readonly Edge<T>[];
  readonly hasNextPage: boolean;
  /**
   * Where to go on. May be set on a page without edges: a filtered scan that reached its limit of requests before it
   * found anything. Null only at the end.
   */
  readonly endCursor: string | null;
}

export interface PageRequest {
  /** 1 to 200. */
  readonly first: number;
  readonly after?: string | null;
}

/** An index entry: all that one LIST tells. */
export interface RunEntry {
  readonly project: string;
  readonly run: string;
  readonly committedAt: string;
}

/**
 * Derived from which objects exist. PLANNING: seen, no run.json yet. RUNNING: planned. DONE: every item has its
 * outcome, and no more failed than the commit allows; FAILED: more did. REJECTED: the commit can't be a run.
 * CANCELLED: told to stop before it was done.
 */
export const RUN_STATUSES = ['PLANNING', 'RUNNING', 'DONE', 'FAILED', 'REJECTED', 'CANCELLED'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

export interface RunView {
  readonly project: string;
  readonly run: string;
  readonly batch: string;
  /** The commit's id: the last segment of its key. */
  readonly commit: string;
  readonly committedAt: string;
  readonly status: RunStatus;
  /** Null while PLANNING, and where REJECTED. */
  readonly record: Run | null;
  readonly rejection: { readonly code: OperationErrorCode; readonly message: string } | null;
  /** Null until DONE or FAILED. */
  readonly done: Done | null;
  /** Set where CANCELLED. */
  readonly cancelledAt: string | null;
}

export interface RunProgress {
  readonly items: number;
  readonly scored: number;
  readonly failed: number;
  /**
   * Failed items by error code; exact. Shards that were settled before summaries told codes in their keys are not
   * among them: the counts come to less than `failed` then.
   */
  readonly errors: Readonly<Record<string, number>>;
  readonly shards: number;
  readonly shardsDone: number;
  /** 0 to 1; 1 for an empty run. */
  readonly fraction: number;
  /** Items a second, over the latest shards; null until two shards are done. */
  readonly itemsPerSecond: number | null;
  /** Null where the rate is unknown; 0 when every shard is done. */
  readonly secondsLeft: number | null;
}

/** Where a prediction lies. Stable: predictions are written once. */
export interface PredictionPlace {
  /** Six digits. */
  readonly shard: string;
  /** From 0. */
  readonly line: number;
}

export interface PredictionView extends PredictionPlace {
  readonly project: string;
  readonly run: string;
  readonly prediction: Prediction;
}

export interface PredictionFilter {
  readonly outcome?: 'scored' | 'failed' | null;
  /** Failed with this code. */
  readonly code?: ItemErrorCode | null;
  /** Keys (below the batch's `images/`) that begin with this, case-sensitive. */
  readonly keyPrefix?: string | null;
}

/** A face of the ground truth in the order "worst first". */
export interface WorstEntry extends PredictionPlace {
  readonly key: string;
  /** Of the item's faces; null where the truth's face was missed. */
  readonly face: number | null;
  /** Null where missed: an infinite error. */
  readonly maePx: number | null;
  /** The error that it is ordered by, as a fraction, and its normaliser's name; null where missed. */
  readonly nme: number | null;
}

export interface WorstView extends WorstEntry {
  readonly prediction: Prediction;
}
