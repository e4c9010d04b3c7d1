/** Exit codes that scripts rely on, and the one place where errors become text. */
import { FiducialError, isFiducialError } from '../domain/errors.ts';

export const EXIT = { ok: 0, failed: 1, usage: 2, aboveThreshold: 3 } as const;

const USAGE_CODES = [
  'INVALID_INPUT',
  'INVALID_CONFIG',
  'INVALID_DATASET',
  'INVALID_MANIFEST',
  'INVALID_COMMIT',
  'INVALID_MODEL',
  'UNKNOWN_MODEL',
  'NO_IMAGES',
  'NOT_FOUND',
  'BACKEND_UNAVAILABLE',
] as const;

export function exitCodeOf(error: unknown): number {
  return isFiducialError(translated(error), ...USAGE_CODES) ? EXIT.usage : EXIT.failed;
}

const PATH_FAULTS = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'EEXIST', 'EACCES', 'EPERM', 'EROFS', 'ENAMETOOLONG']);

/** What the system says of a path or a disk is no defect of ours. */
function translated(error: unknown): unknown {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return error;
  const { code, message } = error;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new FiducialError(
      'STORAGE_FULL',
      `Expected space to write to, got: ${message}; make room and run it again`,
      {
        cause: error,
      },
    );
  }
  if (typeof code !== 'string' || !PATH_FAULTS.has(code)) return error;
  const text = `Expected a path that can be used, got: ${message}; check the path and who may use it`;
  return new FiducialError('INVALID_INPUT', text, { cause: error });
}

/** One line; the stack of a defect only where FIDUCIAL_DEBUG asks for it. */
export function describeError(thrown: unknown, debug: boolean): string {
  const error = translated(thrown);
  if (error instanceof FiducialError) {
    const line = `fiducial: ${error.code}: ${error.message.replaceAll(/\s*\n\s*/g, ' ')}`;
    return debug ? `${line}\n${error.stack}` : line;
  }
  const text = error instanceof Error ? ((debug ? error.stack : undefined) ?? error.message) : String(error);
  return `fiducial: INTERNAL: ${debug ? text : text.split('\n')[0]}; this is a defect, please report it (FIDUCIAL_DEBUG=1 shows more)`;
}
