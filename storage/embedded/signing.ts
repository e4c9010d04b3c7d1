/**
 * Signed uploads and downloads of the embedded store: what S3's POST policies and presigned URLs are on AWS. The HTTP
 * server checks them with the same secret, which lies in the data folder, so that every process of a stack agrees.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { link, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { FiducialError } from '../../domain/errors.ts';
import { assertObjectKey } from '../keys.ts';
import type { UploadPolicy, UploadPolicyRequest } from '../ports.ts';

const policySchema = z.object({
  bucket: z.string(),
  keyPrefix: z.string().min(1),
  minBytes: z.int().nonnegative(),
  maxBytes: z.int().nonnegative(),
  expiresAt: z.int(),
});
export type VerifiedUpload = Omit<z.infer<typeof policySchema>, 'expiresAt'> & { readonly key: string };

export interface VerifiedDownload {
  readonly bucket: string;
  readonly key: string;
}

export interface SignerOptions {
  readonly secret: string;
  /** Of the API, without a slash at its end. A function where the port is known later. */
  readonly baseUrl?: string | (() => string);
  readonly now?: () => number;
}

/** `POST <baseUrl>/storage/<bucket>` takes uploads, `GET <baseUrl>/storage/<bucket>/<key>?...` gives downloads. */
export class Signer {
  readonly #secret: string;
  readonly #baseUrl: string | (() => string) | undefined;
  readonly #now: () => number;

  constructor(options: SignerOptions) {
    this.#secret = options.secret;
    this.#baseUrl = options.baseUrl;
    this.#now = options.now ?? Date.now;
  }

  signUpload(bucket: string, request: UploadPolicyRequest): UploadPolicy {
    const { keyPrefix, minBytes, maxBytes, expiresInSeconds } = request;
    const expiresAt = this.#now() + expiresInSeconds * 1000;
    const policy = Buffer.from(JSON.stringify({ bucket, keyPrefix, minBytes, maxBytes, expiresAt })).toString(
      'base64url',
    );
    return {
      url: `${this.#base()}/storage/${encodeURIComponent(bucket)}`,
      fields: { policy, signature: this.#sign('upload', policy) },
      keyPrefix,
      expiresAt: new Date(expiresAt),
    };
  }

  signDownload(bucket: string, key: string, expiresInSeconds: number): string {
    const expires = String(Math.floor(this.#now() + expiresInSeconds * 1000));
    const path = key.split('/').map(encodeURIComponent).join('/');
    const query = new URLSearchParams({ expires, signature: this.#sign('download', bucket, key, expires) });
    return `${this.#base()}/storage/${encodeURIComponent(bucket)}/${path}?${query}`;
  }

  /**
   * Checks the form of an upload: `fields` as signed, and the client's `key`. The caller holds the body to
   * `minBytes` and `maxBytes`.
   * @throws FORBIDDEN for a forged or expired policy, another bucket, or a key outside its prefix.
   */
  verifyUpload(bucket: string, fields: Readonly<Record<string, string>>): VerifiedUpload {
    const { policy = '', signature = '', key = '' } = fields;
    if (!this.#matches(signature, 'upload', policy)) throw forbidden('its policy is not signed by this store');
    const { expiresAt, ...rest } = policySchema.parse(JSON.parse(Buffer.from(policy, 'base64url').toString()));
    if (this.#now() > expiresAt) throw forbidden('its policy has expired; ask for a new one');
    if (rest.bucket !== bucket) throw forbidden(`its policy is for the bucket ${rest.bucket}`);
    if (!key.startsWith(rest.keyPrefix) || key === rest.keyPrefix) {
      throw forbidden(`expected a key below ${rest.keyPrefix}, got ${JSON.stringify(key.slice(0, 200))}`);
    }
    assertObjectKey(key);
    return { ...rest, key };
  }

  /** @throws FORBIDDEN for a forged or expired URL. `key` decoded. */
  verifyDownload(bucket: string, key: string, query: Readonly<Record<string, string>>): VerifiedDownload {
    const { expires = '', signature = '' } = query;
    if (!this.#matches(signature, 'download', bucket, key, expires))
      throw forbidden('its URL is not signed by this store');
    if (!(this.#now() <= Number(expires))) throw forbidden('its URL has expired; ask for a new one');
    return { bucket, key };
  }

  #base(): string {
    const base = typeof this.#baseUrl === 'function' ? this.#baseUrl() : this.#baseUrl;
    if (base === undefined) {
      throw new FiducialError(
        'INVALID_CONFIG',
        'Expected `baseUrl`, the URL of the API, where uploads are signed; got none',
      );
    }
    return base.replace(/\/+$/, '');
  }

  /** Parts are told apart by their lengths, so that no two lists sign alike. */
  #sign(...parts: readonly string[]): string {
    const hmac = createHmac('sha256', this.#secret);
    for (const part of parts) hmac.update(`${Buffer.byteLength(part)}:${part}`);
    return hmac.digest('base64url');
  }

  #matches(signature: string, ...parts: readonly string[]): boolean {
    const expected = Buffer.from(this.#sign(...parts));
    const got = Buffer.from(signature);
    return got.length === expected.length && timingSafeEqual(got, expected);
  }
}

function forbidden(reason: string): FiducialError {
  return new FiducialError('FORBIDDEN', `The signed request is refused: ${reason}`);
}

/** The folder's secret; made by whichever process comes first, readable by its owner only. */
export async function readOrMakeSecret(folder: string): Promise<string> {
  const path = join(folder, 'secret');
  const aside = join(folder, 'tmp', `secret-${randomBytes(8).toString('hex')}`);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const file = await open(aside, 'wx', 0o600);
  await file.writeFile(randomBytes(32).toString('hex'));
  await file.sync();
  await file.close();
  // Unlike rename, link does not replace what another process has made meanwhile.
  await link(aside, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(aside, { force: true });
  return readFile(path, 'utf8');
}
