/** Digests of a body: what names it, what S3 would call its ETag, and what finds damage in any part of it. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { FiducialError } from '../../domain/errors.ts';

/** A body is checked in pieces of this size, so that a range costs the pieces it touches only. */
export const BLOCK_BYTES = 1024 * 1024;

export interface BodyDigest {
  /** SHA-256, hexadecimal; the name of the body's file. */
  readonly hash: string;
  readonly bytes: number;
  /** Quoted MD5, as S3's for an object of one part. */
  readonly etag: string;
  /** CRC-32 of each block, 4 bytes each, big-endian. */
  readonly checks: Uint8Array;
}

/** Digests a body that comes in pieces of any size. */
export class Digester {
  readonly #sha = createHash('sha256');
  readonly #md5 = createHash('md5');
  readonly #checks: number[] = [];
  #crc = 0;
  #bytes = 0;

  update(chunk: Uint8Array): void {
    this.#sha.update(chunk);
    this.#md5.update(chunk);
    for (let at = 0; at < chunk.length; ) {
      const room = BLOCK_BYTES - (this.#bytes % BLOCK_BYTES);
      const piece = chunk.subarray(at, at + room);
      this.#crc = crc32(piece, this.#crc);
      this.#bytes += piece.length;
      at += piece.length;
      if (this.#bytes % BLOCK_BYTES === 0) this.#endBlock();
    }
  }

  finish(): BodyDigest {
    if (this.#bytes % BLOCK_BYTES !== 0) this.#endBlock();
    const checks = Buffer.alloc(this.#checks.length * 4);
    for (const [index, crc] of this.#checks.entries()) checks.writeUInt32BE(crc, index * 4);
    return { hash: this.#sha.digest('hex'), bytes: this.#bytes, etag: `"${this.#md5.digest('hex')}"`, checks };
  }

  #endBlock(): void {
    this.#checks.push(this.#crc);
    this.#crc = 0;
  }
}

export function digestOf(body: Uint8Array): BodyDigest {
  const digester = new Digester();
  digester.update(body);
  return digester.finish();
}

/** Whether block `index` of a body is as it was written. */
export function blockIsIntact(digest: Pick<BodyDigest, 'checks'>, index: number, block: Uint8Array): boolean {
  const { checks } = digest;
  const view = new DataView(checks.buffer, checks.byteOffset, checks.byteLength);
  return index * 4 + 4 <= checks.byteLength && view.getUint32(index * 4) === crc32(block);
}

/** CRC-32 of each block. */
export function checksums({ checks }: Pick<BodyDigest, 'checks'>): number[] {
  const view = Buffer.from(checks.buffer, checks.byteOffset, checks.byteLength);
  return Array.from({ length: view.length / 4 }, (_, index) => view.readUInt32BE(index * 4));
}

export function damagedBody(hash: string, what: string): FiducialError {
  return new FiducialError(
    'CORRUPT_STORE',
    `Expected the body ${hash} as it was written, but ${what}; restore it from a backup or upload it again`,
    { ids: { hash } },
  );
}
