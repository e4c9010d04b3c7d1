import { randomUUID } from 'node:crypto';
import { constants, type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { FiducialError } from '../../domain/errors.ts';
import { throwIfAborted } from '../abort.ts';
import type { LocalBody } from '../ports.ts';
import { BLOCK_BYTES, type BodyDigest, blockIsIntact, checksums, Digester, damagedBody, digestOf } from './checks.ts';
import { isMissing, translateFailure } from './failures.ts';
import { FolderSync } from './folderSync.ts';

/** What reading a body needs; a row of `objects` has it. */
export type BodyRecord = Pick<BodyDigest, 'hash' | 'bytes' | 'checks'>;

/**
 * Bodies as files, named by their content. A file that has its name is whole and on the disk: it is written aside,
 * synced, renamed, and its folder synced, before anything refers to it. Nothing is unlinked while the store is open.
 */
export class Bodies {
  readonly #folder: string;
  readonly #aside: string;
  readonly #sync = new FolderSync();
  readonly #parts = new Set<string>();

  constructor(folder: string) {
    this.#folder = join(folder, 'bodies');
    this.#aside = join(folder, 'tmp');
  }

  async create(): Promise<void> {
    await mkdir(this.#aside, { recursive: true });
    await mkdir(this.#folder, { recursive: true });
  }

  pathOf(hash: string): string {
    return join(this.#folder, hash.slice(0, 2), hash);
  }

  locate(record: BodyRecord): LocalBody {
    const { hash, bytes } = record;
    return { path: this.pathOf(hash), bytes, sha256: hash, crc32: checksums(record) };
  }

  async store(body: Uint8Array): Promise<BodyDigest> {
    const digest = digestOf(body);
    return this.#writeAside(async (file) => {
      await file.writeFile(body);
      return digest;
    });
  }

  /** @throws INVALID_INPUT where `expectedBytes` is given and others come. */
  async storeStream(body: Readable, expectedBytes?: number, signal?: AbortSignal): Promise<BodyDigest> {
    const digester = new Digester();
    const write = async (file: FileHandle) => {
      for await (const chunk of body) {
        throwIfAborted(signal);
        const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array);
        digester.update(bytes);
        await writeFully(file, bytes);
      }
      const digest = digester.finish();
      if (expectedBytes !== undefined && digest.bytes !== expectedBytes) {
        throw new FiducialError('INVALID_INPUT', `Expected a body of ${expectedBytes} bytes, got ${digest.bytes}`);
      }
      return digest;
    };
    return this.#writeAside(write);
  }

  /**
   * Bytes `from` to `end` (excluded), each piece checked before it is given.
   * @throws CORRUPT_STORE where the file is missing, cut or damaged.
   */
  async *read(record: BodyRecord, from: number, end: number): AsyncGenerator<Buffer> {
    if (end <= from) return;
    const file = await open(this.pathOf(record.hash), constants.O_RDONLY).catch((error) => {
      throw isMissing(error)
        ? damagedBody(record.hash, 'its file is missing')
        : translateFailure(error, 'Reading a body');
    });
    try {
      for (let index = Math.floor(from / BLOCK_BYTES); index * BLOCK_BYTES < end; index++) {
        const start = index * BLOCK_BYTES;
        const block = await readBlock(file, record, index);
        yield block.subarray(Math.max(0, from - start), Math.min(block.length, end - start));
      }
    } finally {
      await file.close();
    }
  }

  /** Removes what no row refers to, and what was left aside. Only while this process is alone. Gives how many. */
  async collect(isReferenced: (hash: string) => boolean): Promise<number> {
    let removed = 0;
    for (const name of await readdir(this.#aside)) await rm(join(this.#aside, name), { force: true });
    for (const part of await readdir(this.#folder)) {
      for (const hash of await readdir(join(this.#folder, part))) {
        if (isReferenced(hash)) continue;
        await rm(join(this.#folder, part, hash), { force: true });
        removed++;
      }
    }
    return removed;
  }

  async close(): Promise<void> {
    await this.#sync.close();
  }

  /** The folder for a body, made and known to be on the disk. */
  async #partOf(hash: string): Promise<string> {
    const part = join(this.#folder, hash.slice(0, 2));
    if (!this.#parts.has(part)) {
      await mkdir(part, { recursive: true });
      await this.#sync.sync(this.#folder);
      this.#parts.add(part);
    }
    return part;
  }

  async #writeAside(write: (file: FileHandle) => Promise<BodyDigest>): Promise<BodyDigest> {
    const aside = join(this.#aside, randomUUID());
    try {
      const file = await open(aside, 'wx');
      let digest: BodyDigest;
      try {
        digest = await write(file);
        await file.datasync();
      } finally {
        await file.close();
      }
      const part = await this.#partOf(digest.hash);
      await rename(aside, this.pathOf(digest.hash));
      await this.#sync.sync(part);
      return digest;
    } catch (error) {
      await rm(aside, { force: true }).catch(() => {});
      throw translateFailure(error, 'Writing a body');
    }
  }
}

async function readBlock(file: FileHandle, record: BodyRecord, index: number): Promise<Buffer> {
  const start = index * BLOCK_BYTES;
  const block = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, record.bytes - start));
  let filled = 0;
  while (filled < block.length) {
    const { bytesRead } = await file.read(block, filled, block.length - filled, start + filled);
    if (bytesRead === 0)
      throw damagedBody(record.hash, `its file ends after ${start + filled} of ${record.bytes} bytes`);
    filled += bytesRead;
  }
  if (!blockIsIntact(record, index, block))
    throw damagedBody(record.hash, `block ${index} does not match its checksum`);
  return block;
}

async function writeFully(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
}
