import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { FiducialError, isFiducialError } from '../../domain/errors.ts';
import { throwIfAborted } from '../abort.ts';
import { assertObjectKey } from '../keys.ts';
import type {
  CallOptions,
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
import { DEFAULT_RETRIES, type RetryPolicy, withRetries } from './attempts.ts';
import { asPrecondition, conditionHeaders, NONCE } from './conditions.ts';
import { infoOfGet, resumingBody, type Source, sendGet } from './download.ts';
import { classify, translateAws } from './failures.ts';
import { listPage } from './listing.ts';
import { partsOf, sendOptions, uploadParts } from './multipart.ts';

export interface S3StoreOptions {
  readonly retries?: RetryPolicy;
  /** Ask for URL-encoded keys in listings. Default true; LocalStack can't page through them. */
  readonly encodeListings?: boolean;
}

/** A bucket of S3. */
export class S3ObjectStore implements ObjectStore {
  readonly bucket: string;
  readonly #s3: S3Client;
  readonly #retries: RetryPolicy;
  readonly #encodeListings: boolean;

  constructor(bucket: string, s3: S3Client, options: S3StoreOptions = {}) {
    this.bucket = bucket;
    this.#s3 = s3;
    this.#retries = options.retries ?? DEFAULT_RETRIES;
    this.#encodeListings = options.encodeListings ?? true;
  }

  /** `modifiedAt` is this machine's time: S3 does not give its own. */
  async put(key: string, body: Buffer | string, options: PutOptions = {}): Promise<ObjectInfo> {
    assertObjectKey(key);
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    const nonce = randomUUID();
    const command = () =>
      new PutObjectCommand({
        Bucket: this.bucket,
        Key: key,
        Body: bytes,
        ContentType: options.contentType,
        Metadata: { [NONCE]: nonce },
        ...conditionHeaders(options.condition),
      });
    const send = async () => (await this.#s3.send(command(), sendOptions(options.signal))).ETag ?? '';
    const etag = await this.#write(key, nonce, options, send);
    return { key, etag, bytes: bytes.length, modifiedAt: new Date() };
  }

  async putStream(
    key: string,
    body: Readable,
    options: PutOptions & { readonly bytes?: number } = {},
  ): Promise<ObjectInfo> {
    assertObjectKey(key);
    throwIfAborted(options.signal);
    const parts = partsOf(body);
    const first = await nextPart(parts);
    const second = first ? await nextPart(parts) : null;
    if (!second) return this.#putWhole(key, first ?? Buffer.alloc(0), options);
    const nonce = randomUUID();
    const target = {
      s3: this.#s3,
      retries: this.#retries,
      bucket: this.bucket,
      key,
      nonce,
      options,
      expectedBytes: options.bytes,
    };
    const all = (async function* () {
      yield first as Buffer;
      yield second;
      yield* parts;
    })();
    const finish = (send: () => Promise<string>) => this.#write(key, nonce, options, send);
    const { etag, bytes } = await uploadParts(target, all, finish).catch((error) => {
      throw translateAws(error, `PUT ${this.bucket}/${key}`);
    });
    return { key, etag, bytes, modifiedAt: new Date() };
  }

  async get(key: string, options: GetOptions = {}): Promise<StoredObject> {
    assertObjectKey(key);
    assertRange(options);
    // The body is read within the attempt: a connection that breaks in it is one more failed attempt.
    return this.#try(`GET ${this.bucket}/${key}`, options.signal, async () => {
      const output = await sendGet(this.#source(key), options);
      const body = output.Body ? Buffer.from(await output.Body.transformToByteArray()) : Buffer.alloc(0);
      return { ...infoOfGet(key, output), body };
    });
  }

  async getStream(key: string, options: GetOptions = {}): Promise<StoredStream> {
    assertObjectKey(key);
    assertRange(options);
    const source = this.#source(key);
    const output = await this.#try(`GET ${this.bucket}/${key}`, options.signal, () => sendGet(source, options));
    const body = Readable.from(resumingBody(source, options, output), { objectMode: false });
    return { ...infoOfGet(key, output), body };
  }

  async head(key: string, options: CallOptions = {}): Promise<ObjectInfo | null> {
    assertObjectKey(key);
    const output = await this.#head(key, options.signal);
    if (!output) return null;
    return {
      key,
      etag: output.ETag ?? '',
      bytes: output.ContentLength ?? 0,
      modifiedAt: output.LastModified ?? new Date(0),
    };
  }

  list(options: ListOptions): Promise<Listing> {
    return this.#try(`LIST ${this.bucket}/${options.prefix}`, options.signal, () =>
      listPage(this.#s3, this.bucket, options, this.#encodeListings),
    );
  }

  async delete(key: string, options: CallOptions = {}): Promise<void> {
    assertObjectKey(key);
    await this.#try(`DELETE ${this.bucket}/${key}`, options.signal, () =>
      this.#s3.send(new DeleteObjectCommand({ Bucket: this.bucket, Key: key }), sendOptions(options.signal)),
    );
  }

  async signUpload(request: UploadPolicyRequest): Promise<UploadPolicy> {
    const { keyPrefix, minBytes, maxBytes, expiresInSeconds } = request;
    const { url, fields } = await createPresignedPost(this.#s3, {
      Bucket: this.bucket,
      // Becomes the condition that the key starts with the prefix.
      Key: `${keyPrefix}\${filename}`,
      Conditions: [['content-length-range', minBytes, maxBytes]],
      Expires: expiresInSeconds,
    });
    const { key: _, ...rest } = fields;
    return { url, fields: rest, keyPrefix, expiresAt: new Date(Date.now() + expiresInSeconds * 1000) };
  }

  signDownload(key: string, expiresInSeconds: number): Promise<string> {
    assertObjectKey(key);
    const command = new GetObjectCommand({ Bucket: this.bucket, Key: key });
    return getSignedUrl(this.#s3, command, { expiresIn: expiresInSeconds });
  }

  async #putWhole(key: string, body: Buffer, options: PutOptions & { readonly bytes?: number }): Promise<ObjectInfo> {
    if (options.bytes !== undefined && body.length !== options.bytes) {
      throw new FiducialError('INVALID_INPUT', `Expected a body of ${options.bytes} bytes, got ${body.length}`);
    }
    return this.put(key, body, options);
  }

  /**
   * A write under its condition. After a lost answer, "precondition failed" may be the echo of our own success: the
   * object's nonce says whose write it is.
   */
  async #write(key: string, nonce: string, options: PutOptions, send: () => Promise<string>): Promise<string> {
    const what = `PUT ${this.bucket}/${key}`;
    try {
      return await withRetries(what, this.#retries, options.signal, async ({ mayHaveHappened }) => {
        try {
          return await send();
        } catch (error) {
          const { kind } = classify(error);
          if (!mayHaveHappened || (kind !== 'precondition' && kind !== 'missing')) throw error;
          const found = await this.#sendHead(key, options.signal);
          if (found?.Metadata?.[NONCE] === nonce) return found.ETag ?? '';
          throw error;
        }
      });
    } catch (error) {
      throw asPrecondition(error, this.bucket, key, options.condition);
    }
  }

  #head(key: string, signal: AbortSignal | undefined): Promise<HeadObjectCommandOutput | null> {
    return this.#try(`HEAD ${this.bucket}/${key}`, signal, () => this.#sendHead(key, signal));
  }

  async #sendHead(key: string, signal: AbortSignal | undefined): Promise<HeadObjectCommandOutput | null> {
    try {
      return await this.#s3.send(new HeadObjectCommand({ Bucket: this.bucket, Key: key }), sendOptions(signal));
    } catch (error) {
      if (classify(error).kind === 'missing') return null;
      throw error;
    }
  }

  #try<T>(what: string, signal: AbortSignal | undefined, call: () => Promise<T>): Promise<T> {
    return withRetries(what, this.#retries, signal, call);
  }

  #source(key: string): Source {
    return { s3: this.#s3, retries: this.#retries, bucket: this.bucket, key };
  }
}

async function nextPart(parts: AsyncGenerator<Buffer>): Promise<Buffer | null> {
  try {
    const next = await parts.next();
    return next.done ? null : next.value;
  } catch (error) {
    if (isFiducialError(error)) throw error;
    throw new FiducialError('INTERNAL', `The body of an upload broke off: ${String(error)}`, { cause: error });
  }
}

function assertRange({ range }: GetOptions): void {
  if (!range || (range.from >= 0 && (range.to === undefined || range.to >= range.from))) return;
  throw new FiducialError('INVALID_INPUT', `Expected a range of bytes, got ${range.from}-${range.to ?? ''}`);
}
