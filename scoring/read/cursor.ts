/** Opaque cursors. Each names its kind, so that one of another list is refused rather than misread. */
import { FiducialError } from '../../domain/errors.ts';
import type { PageRequest } from './types.ts';

const MOST = 200;

export function encodeCursor(kind: string, place: string): string {
  return Buffer.from(`${kind}:${place}`).toString('base64url');
}

/** INVALID_INPUT where it is not a cursor of this kind whose place matches. */
export function decodeCursor(kind: string, cursor: string, place: RegExp): RegExpExecArray {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const match = text.startsWith(`${kind}:`) ? place.exec(text.slice(kind.length + 1)) : null;
  if (match) return match;
  throw new FiducialError('INVALID_INPUT', `Expected a cursor that this list gave, got "${cursor.slice(0, 80)}"`);
}

/** INVALID_INPUT where it is out of bounds. */
export function checkFirst({ first }: PageRequest): number {
  if (Number.isInteger(first) && first >= 1 && first <= MOST) return first;
  throw new FiducialError('INVALID_INPUT', `Expected \`first\` to be a whole number from 1 to ${MOST}, got ${first}`);
}
