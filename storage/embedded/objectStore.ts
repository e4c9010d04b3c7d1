import { Readable } from 'node:stream';
import { throwIfAborted } from '../abort.ts';
import { assertObjectKey, noSuchObject, preconditionFailed, resolveRange } from '../keys.ts';
import type {
  CallOptions,
  Condition,
  GetOptions,
  Listing,
  ListOptions,
  ObjectInfo,
  ObjectStore,
  PutOptions,
  StoredObject,
  StoredStream,
  UploadPolicy,
  UploadPolicyRequest,
} from '../ports.ts';
import type { Bodies } from './bodies.ts';
import { type BodyDigest, digestOf } from './checks.ts';
import type { Ledger } from './ledger.ts';
import { infoOf, listPage, type ObjectRow } from './listing.ts';
import type { Notifications } from './notifications.ts';
import type { Signer } from './signing.ts';
import { SMALL_BODY_BYTES, type SmallBodies } from './smallBodies.ts';

export interface EmbeddedParts {
  readonly ledger: Ledger;
  readonly bodies: Bodies;
  /** Null where every body is a file: other processes may read it (`locate`). */
  readonly smallBodies: SmallBodies | null;
  readonly notifications: Notifications;
  readonly signer: Signer;
  readonly now: () => number;
}

interface FullRow extends ObjectRow {
  readonly hash: string;
  readonly checks: Uint8Array;
  readonly content_type: string | null;
}

interface Found {
  readonly row: FullRow;
  readonly small: Buffer | null;
  readonly from: number;
  readonly end: number;
}

/** A bucket in a folder: bodies as files, or as rows where they are small; the rest in SQLite. */
export class EmbeddedObjectStore implements ObjectStore {
  readonly bucket: string;
  /** Where every body is a file. */
  readonly locate?: NonNullable<ObjectStore['locate']>;
  readonly #parts: EmbeddedParts;

  constructor(bucket: string, parts: EmbeddedParts) {
    this.bucket = bucket;
    this.#parts = parts;
    if (parts.smallBodies === null) {
      this.locate = async (key, options = {}) => parts.bodies.locate((await this.#find(key, options)).row);
    }
  }

  async put(key: string, body: Buffer | string, options: PutOptions = {}): Promise<ObjectInfo> {
    await this.#checkEarly(key, options);
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    const { bodies, smallBodies } = this.#parts;
    if (!smallBodies || bytes.length > SMALL_BODY_BYTES) return this.#commit(key, await bodies.store(bytes), options);
    const digest = digestOf(bytes);
    return this.#commit(key, digest, options, () => smallBodies.put(digest.hash, bytes));
  }

  async putStream(
    key: string,
    body: Readable,
    options: PutOptions & { readonly bytes?: number } = {},
  ): Promise<ObjectInfo> {
    await this.#checkEarly(key, options);
    const digest = await this.#parts.bodies.storeStream(body, options.bytes, options.signal);
    return this.#commit(key, digest, options);
  }

  async get(key: string, options: GetOptions = {}): Promise<StoredObject> {
    const { row, small, from, end } = await this.#find(key, options);
    const body = small ? small.subarray(from, end) : await this.#readFile(row, from, end, options.signal);
    return { ...infoOf(row), body, contentType: row.content_type };
  }

  async getStream(key: string, options: GetOptions = {}): Promise<StoredStream> {
    const { row, small, from, end } = await this.#find(key, options);
    const body = Readable.from(small ? [small.subarray(from, end)] : this.#parts.bodies.read(row, from, end), {
      objectMode: false,
      ...(options.signal ? { signal: options.signal } : {}),
    });
    return { ...infoOf(row), body, contentType: row.content_type };
  }

  async head(key: string, options: CallOptions = {}): Promise<ObjectInfo | null> {
    assertObjectKey(key);
    const row = await this.#parts.ledger.read(() => this.#row(key), options.signal);
    return row ? infoOf(row) : null;
  }

  list(options: ListOptions): Promise<Listing> {
    return this.#parts.ledger.read(() => listPage(this.#parts.ledger, this.bucket, options), options.signal);
  }

  async delete(key: string, options: CallOptions = {}): Promise<void> {
    assertObjectKey(key);
    const { ledger } = this.#parts;
    await ledger.transact(() => {
      ledger.sql('DELETE FROM objects WHERE bucket = ? AND key = ?').run(this.bucket, key);
    }, options.signal);
  }

  async signUpload(request: UploadPolicyRequest): Promise<UploadPolicy> {
    return this.#parts.signer.signUpload(this.bucket, request);
  }

  async signDownload(key: string, expiresInSeconds: number): Promise<string> {
    assertObjectKey(key);
    return this.#parts.signer.signDownload(this.bucket, key, expiresInSeconds);
  }

  async #readFile(row: FullRow, from: number, end: number, signal: AbortSignal | undefined): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const piece of this.#parts.bodies.read(row, from, end)) {
      throwIfAborted(signal);
      pieces.push(piece);
    }
    return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
  }

  #row(key: string): FullRow | undefined {
    const sql = `SELECT key, etag, bytes, modified_at, hash, checks, content_type
      FROM objects WHERE bucket = ? AND key = ?`;
    return this.#parts.ledger.sql(sql).get(this.bucket, key) as FullRow | undefined;
  }

  /** `small`: the whole body where it is a row. */
  async #find(key: string, options: GetOptions): Promise<Found> {
    assertObjectKey(key);
    const { ledger, smallBodies } = this.#parts;
    const row = await ledger.read(() => this.#row(key), options.signal);
    if (!row) throw noSuchObject(this.bucket, key);
    if (options.ifMatch !== undefined && options.ifMatch !== row.etag) {
      throw preconditionFailed(this.bucket, key, `expected ETag ${options.ifMatch}, found ${row.etag}`);
    }
    const range = resolveRange(row.bytes, options.range);
    const small = smallBodies && (await ledger.read(() => smallBodies.find(row), options.signal));
    return { row, small, ...range };
  }

  /** Spares writing a body that can't be committed. The transaction decides. */
  async #checkEarly(key: string, options: PutOptions): Promise<void> {
    assertObjectKey(key);
    const { condition } = options;
    if (!condition) return throwIfAborted(options.signal);
    await this.#parts.ledger.read(() => this.#assertCondition(key, condition), options.signal);
  }

  #assertCondition(key: string, condition: Condition): void {
    const found = this.#row(key)?.etag;
    if ('ifAbsent' in condition) {
      if (found !== undefined) throw preconditionFailed(this.bucket, key, 'expected nothing, found an object');
    } else if (found !== condition.ifMatch) {
      const what = found === undefined ? 'nothing' : found;
      throw preconditionFailed(this.bucket, key, `expected ETag ${condition.ifMatch}, found ${what}`);
    }
  }

  /** `storeBody` writes the body where it is no file, in the same transaction. */
  #commit(key: string, digest: BodyDigest, options: PutOptions, storeBody?: () => void): Promise<ObjectInfo> {
    const { ledger, notifications, now } = this.#parts;
    return ledger.transact(() => {
      if (options.condition) this.#assertCondition(key, options.condition);
      storeBody?.();
      const info = { key, etag: digest.etag, bytes: digest.bytes, modifiedAt: new Date(now()) };
      ledger
        .sql(
          `INSERT OR REPLACE INTO objects (bucket, key, hash, bytes, checks, etag, content_type, modified_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          this.bucket,
          key,
          digest.hash,
          digest.bytes,
          digest.checks,
          digest.etag,
          options.contentType ?? null,
          info.modifiedAt.getTime(),
        );
      notifications.created(this.bucket, info);
      return info;
    }, options.signal);
  }
}
