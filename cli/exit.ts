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
  return isFiducialError(error, ...USAGE_CODES) ? EXIT.usage : EXIT.failed;
}

/** One line; the stack of a defect only where FIDUCIAL_DEBUG asks for it. */
export function describeError(error: unknown, debug: boolean): string {
  if (error instanceof FiducialError) {
    const line = `fiducial: ${error.code}: ${error.message.replaceAll(/\s*\n\s*/g, ' ')}`;
    return debug ? `${line}\n${error.stack}` : line;
  }
  const text = error instanceof Error ? ((debug ? error.stack : undefined) ?? error.message) : String(error);
  return `fiducial: INTERNAL: ${debug ? text : text.split('\n')[0]}; this is a defect, please report it (FIDUCIAL_DEBUG=1 shows more)`;
}
