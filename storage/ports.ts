/**
 * The two ports. All state of Fiducial lives behind them; `embedded/` and `aws/` implement them, and one contract
 * suite (test/storage/contract) holds both to these sentences.
 */
import type { Readable } from 'node:stream';

/** What must be so for a write or delete to happen. Otherwise PRECONDITION_FAILED. */
export type Condition =
  /** Nothing is there: `If-None-Match: *`. */
  | { readonly ifAbsent: true }
  /** What is there has this ETag: `If-Match`. */
  | { readonly ifMatch: string };

export interface ObjectInfo {
  readonly key: string;
  /** Opaque, with its quotes, as S3 gives it. Changes with the content. */
  readonly etag: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
}

export interface StoredObject extends ObjectInfo {
  readonly body: Buffer;
  readonly contentType: string | null;
}

/** Where a body lies as a file of this machine, and what it has to be. */
export interface LocalBody {
  readonly path: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
  /** CRC-32 of each MiB. */
  readonly crc32: readonly number[];
}

export interface StoredStream extends ObjectInfo {
  readonly body: Readable;
  readonly contentType: string | null;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface PutOptions extends CallOptions {
  readonly condition?: Condition;
  readonly contentType?: string;
}

export interface GetOptions extends CallOptions {
  /** Bytes `from` to `to`, both included, as HTTP ranges are. What comes back says the size of the whole object. */
  readonly range?: { readonly from: number; readonly to?: number };
  /** PRECONDITION_FAILED where the object has another ETag by now. */
  readonly ifMatch?: string;
}

export interface ListOptions extends CallOptions {
  readonly prefix: string;
  /** Keys strictly after this one. */
  readonly after?: string;
  /** 1 to 1000, default 1000. */
  readonly limit?: number;
  /** Only the first segment after the prefix: what follows this delimiter is folded into `prefixes`. */
  readonly delimiter?: '/';
}

export interface Listing {
  /** In UTF-8 byte order. */
  readonly objects: readonly ObjectInfo[];
  /** Common prefixes, with their delimiter, where one was asked for. */
  readonly prefixes: readonly string[];
  /** Where to go on (as `after`), or null at the end. */
  readonly next: string | null;
}

export interface UploadPolicyRequest {
  /** The uploaded object's key must begin with this. */
  readonly keyPrefix: string;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly expiresInSeconds: number;
}

/** A form for `multipart/form-data` POST. The client adds `key` (below the prefix) and, last, `file`. */
export interface UploadPolicy {
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly keyPrefix: string;
  readonly expiresAt: Date;
}

/**
 * One bucket. Reads see every write that was acknowledged before they began. Transient failures are retried inside;
 * what comes out is a FiducialError: NOT_FOUND, PRECONDITION_FAILED, UNAVAILABLE, THROTTLED, STORAGE_FULL,
 * CORRUPT_STORE; INVALID_INPUT for keys, ranges and limits that no store takes; ABORTED by the caller's signal.
 */
export interface ObjectStore {
  readonly bucket: string;
  put(key: string, body: Buffer | string, options?: PutOptions): Promise<ObjectInfo>;
  /** For bodies too large to hold: sent in parts where the store does so. `bytes` is its length where known. */
  putStream(key: string, body: Readable, options?: PutOptions & { readonly bytes?: number }): Promise<ObjectInfo>;
  get(key: string, options?: GetOptions): Promise<StoredObject>;
  getStream(key: string, options?: GetOptions): Promise<StoredStream>;
  /**
   * Only of a store whose bodies are files of this machine: where one lies, for a process that reads it by itself, as
   * `readLocalBody` does. The file stays what it is for as long as the store is open. Throws what `get` throws before
   * it reads.
   */
  locate?(key: string, options?: Pick<GetOptions, 'ifMatch' | 'signal'>): Promise<LocalBody>;
  /** Null where there is nothing. */
  head(key: string, options?: CallOptions): Promise<ObjectInfo | null>;
  list(options: ListOptions): Promise<Listing>;
  /** Deleting what is not there succeeds. */
  delete(key: string, options?: CallOptions): Promise<void>;
  signUpload(request: UploadPolicyRequest): Promise<UploadPolicy>;
  /** A URL that gives the object to whoever holds it, until it expires. */
  signDownload(key: string, expiresInSeconds: number): Promise<string>;
}

export interface SendOptions extends CallOptions {
  /** Not to be received before. 0 to 900. */
  readonly delaySeconds?: number;
  /** Messages of one group do not keep those of another waiting. */
  readonly group?: string;
}

export interface ReceiveOptions extends CallOptions {
  /** 1 to 10. */
  readonly max: number;
  /** Long poll, 0 to 20. */
  readonly waitSeconds: number;
  readonly leaseSeconds: number;
}

export interface ReceivedMessage {
  readonly id: string;
  readonly body: string;
  /** Of this delivery; what extends, acknowledges and releases it. */
  readonly receipt: string;
  /** How often it has been received, this time included. */
  readonly receives: number;
  readonly group: string | null;
}

export interface QueueCounts {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  readonly dead: number;
}

/**
 * At least once, in no order. A message that is received and not acknowledged within its lease is received again;
 * after `maxReceives` receives it goes to the dead letters. A receipt of an earlier delivery acknowledges nothing and
 * extends nothing: LEASE_LOST (the AWS adapter reports it where SQS does).
 */
export interface JobQueue {
  readonly name: string;
  send(body: string, options?: SendOptions): Promise<void>;
  sendAll(
    messages: readonly { readonly body: string; readonly group?: string; readonly delaySeconds?: number }[],
    options?: CallOptions,
  ): Promise<void>;
  receive(options: ReceiveOptions): Promise<readonly ReceivedMessage[]>;
  extend(receipt: string, leaseSeconds: number, options?: CallOptions): Promise<void>;
  acknowledge(receipt: string, options?: CallOptions): Promise<void>;
  /** Gives it back at once. */
  release(receipt: string, options?: CallOptions): Promise<void>;
  counts(options?: CallOptions): Promise<QueueCounts>;
  /** The dead letters as a queue of their own, or null where this is one. */
  readonly deadLetters: JobQueue | null;
  /** Sends the dead letters again. Gives how many. */
  redrive(options?: CallOptions): Promise<number>;
}

/** What the rest of the code is given. */
export interface Stores {
  readonly uploads: ObjectStore;
  readonly results: ObjectStore;
  readonly models: ObjectStore;
}
export interface Queues {
  readonly plan: JobQueue;
  readonly score: JobQueue;
  readonly train: JobQueue;
}
