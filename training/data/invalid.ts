import { FiducialError } from '../../domain/errors.ts';

/** INVALID_DATASET that names the file, the line (from 1, where there is one), what was expected and what was got. */
export function invalidDataset(
  file: string,
  line: number | null,
  expected: string,
  got: string,
  cause?: unknown,
): FiducialError {
  const where = line === null ? file : `${file}:${line}`;
  const ids = line === null ? { file } : { file, line };
  return new FiducialError('INVALID_DATASET', `${where}: expected ${expected}, got ${got}`, { ids, cause });
}

/** For messages: one line, at most 60 characters. */
export function excerpt(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ');
  if (line === '') return 'an empty line';
  return line.length > 60 ? `"${line.slice(0, 57)}..."` : `"${line}"`;
}

/** A decimal number and nothing else; null otherwise. */
export function parseNumber(text: string): number | null {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : null;
}
