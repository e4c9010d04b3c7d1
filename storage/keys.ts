import { FiducialError } from '../domain/errors.ts';

/** S3's limit. */
const MAX_KEY_BYTES = 1024;

/** @throws INVALID_INPUT for a key that S3 could not hold or that would not come back as it was. */
export function assertObjectKey(key: string): void {
  const bytes = Buffer.byteLength(key);
  if (bytes >= 1 && bytes <= MAX_KEY_BYTES && key.isWellFormed() && !key.includes('\0')) return;
  throw new FiducialError(
    'INVALID_INPUT',
    `Expected an object key of 1 to ${MAX_KEY_BYTES} bytes of UTF-8 without NUL, got ${JSON.stringify(key.slice(0, 100))} (${bytes} bytes)`,
  );
}

export function noSuchObject(bucket: string, key: string): FiducialError {
  return new FiducialError('NOT_FOUND', `Expected an object ${bucket}/${key}, found none`, { ids: { bucket, key } });
}

export function preconditionFailed(bucket: string, key: string, detail: string): FiducialError {
  return new FiducialError('PRECONDITION_FAILED', `${bucket}/${key}: ${detail}`, { ids: { bucket, key } });
}

/** @throws INVALID_INPUT where the range begins at or after the end of the object, as HTTP's 416. */
export function resolveRange(
  bytes: number,
  range: { readonly from: number; readonly to?: number } | undefined,
): { from: number; end: number } {
  if (!range) return { from: 0, end: bytes };
  const { from, to = bytes - 1 } = range;
  if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || to < from || from >= bytes) {
    throw new FiducialError(
      'INVALID_INPUT',
      `Expected a range of whole bytes within ${bytes} bytes, got ${from}-${range.to ?? ''}`,
    );
  }
  return { from, end: Math.min(to + 1, bytes) };
}
