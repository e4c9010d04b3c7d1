/** Translates what SQLite and the file system throw, in one place. */
import { FiducialError, isFiducialError } from '../../domain/errors.ts';

/** Primary result codes, sqlite3.h. */
const BUSY = 5;
const LOCKED = 6;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const NOTADB = 26;
const IOERR_SHMSIZE = 4874;

const FULL_DISK = new Set(['ENOSPC', 'EDQUOT']);
const TRANSIENT = new Set(['EMFILE', 'ENFILE', 'EAGAIN', 'EIO', 'EINTR']);

function sqliteCode(error: unknown): number | null {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : null;
}

/** Whether another connection holds the lock that was asked for. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code !== null && ((code & 0xff) === BUSY || (code & 0xff) === LOCKED);
}

/** As a FiducialError: STORAGE_FULL, CORRUPT_STORE, UNAVAILABLE, or INTERNAL. */
export function translateFailure(error: unknown, what: string): FiducialError {
  if (isFiducialError(error)) return error;
  const sqlite = sqliteCode(error);
  if (sqlite !== null) return translateSqlite(error, sqlite, what);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (FULL_DISK.has(code)) return storageFull(error, what);
  const reason = error instanceof Error ? error.message : String(error);
  if (TRANSIENT.has(code)) return new FiducialError('UNAVAILABLE', `${what}: ${reason}`, { cause: error });
  return new FiducialError('INTERNAL', `${what}: ${reason}`, { cause: error });
}

function translateSqlite(error: unknown, code: number, what: string): FiducialError {
  const primary = code & 0xff;
  const message = `${what}: ${(error as Error).message}`;
  if (primary === FULL || code === IOERR_SHMSIZE) return storageFull(error, what);
  if (primary === CORRUPT || primary === NOTADB) {
    return new FiducialError('CORRUPT_STORE', `${message}; restore the data folder from a backup`, { cause: error });
  }
  if (primary === BUSY || primary === LOCKED || primary === IOERR) {
    return new FiducialError('UNAVAILABLE', message, { cause: error });
  }
  return new FiducialError('INTERNAL', message, { cause: error });
}

function storageFull(cause: unknown, what: string): FiducialError {
  return new FiducialError('STORAGE_FULL', `${what}: no space is left in the data folder; free some and try again`, {
    cause,
  });
}

/** Of a file that should be there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
