/** Reads what `locate` of a store found, without the store: for a process that was told where it lies. */
import { closeSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { BLOCK_BYTES, damagedBody } from './embedded/checks.ts';
import { isMissing, translateFailure } from './embedded/failures.ts';
import type { LocalBody } from './ports.ts';

/**
 * All of it, checked. It waits for the disk, since three trips through libuv's pool cost twice the processor time of
 * the reading itself, and would queue there behind images that are being decoded.
 * @throws CORRUPT_STORE where the file is missing, cut or damaged; UNAVAILABLE where the disk does not give it.
 */
export function readLocalBody({ path, bytes, sha256, crc32: checks }: LocalBody): Buffer {
  const body = Buffer.allocUnsafeSlow(bytes);
  const filled = fill(body, path, sha256);
  if (filled < bytes) throw damagedBody(sha256, `its file ends after ${filled} of ${bytes} bytes`);
  for (let index = 0; index * BLOCK_BYTES < bytes; index++) {
    const block = body.subarray(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES);
    if (crc32(block) !== checks[index]) throw damagedBody(sha256, `block ${index} does not match its checksum`);
  }
  return body;
}

/** Gives how many bytes there were. */
function fill(body: Buffer, path: string, sha256: string): number {
  let file: number | null = null;
  try {
    file = openSync(path, 'r');
    for (let filled = 0; ; ) {
      const read = readSync(file, body, filled, body.length - filled, filled);
      filled += read;
      if (read === 0 || filled === body.length) return filled;
    }
  } catch (error) {
    throw isMissing(error) ? damagedBody(sha256, 'its file is missing') : translateFailure(error, 'Reading a body');
  } finally {
    if (file !== null) closeSync(file);
  }
}
