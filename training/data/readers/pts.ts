/**
 * `.pts` files (300-W): `version: 1`, `n_points: 68`, `{`, a line `x y` a point, `}`. Some public copies have no head
 * and no braces, some have CRLF.
 *
 * The numbers are pixel indices (centre of the top-left pixel at 0), as those of the XML beside them are: 0.5 is added.
 */
import type { Point } from '../../../domain/geometry.ts';
import { excerpt, invalidDataset, parseNumber } from '../invalid.ts';

/** [K][2] in continuous pixels. Throws INVALID_DATASET. */
export function parsePts(text: string, file: string): Point[] {
  const points: Point[] = [];
  let announced: { readonly count: number; readonly line: number } | null = null;
  let closed = false;
  for (const [index, raw] of text.split(/\r\n|\n|\r/).entries()) {
    const line = raw.replace(/^\uFEFF/, '').trim();
    if (line === '' || line === '{' || /^version\s*:/i.test(line)) continue;
    const head = /^n_points\s*:\s*(\S*)$/i.exec(line);
    if (head) announced = { count: parseCount(head[1]!, file, index + 1), line: index + 1 };
    else if (line === '}') closed = true;
    else if (closed) throw invalidDataset(file, index + 1, 'nothing after }', excerpt(line));
    else points.push(parsePoint(line, file, index + 1));
  }
  if (points.length === 0) throw invalidDataset(file, null, 'lines "x y"', 'a file without points');
  if (announced !== null && announced.count !== points.length) {
    throw invalidDataset(file, announced.line, `${announced.count} points as n_points says`, String(points.length));
  }
  return points;
}

/** The text of a `.pts` file with these points, [K][2] in continuous pixels. */
export function formatPts(points: readonly Point[]): string {
  const lines = points.map(([x, y]) => `${(x - 0.5).toFixed(3)} ${(y - 0.5).toFixed(3)}`);
  return `version: 1\nn_points: ${points.length}\n{\n${lines.join('\n')}\n}\n`;
}

function parseCount(text: string, file: string, line: number): number {
  const count = parseNumber(text);
  if (count === null || !Number.isInteger(count) || count < 1) {
    throw invalidDataset(file, line, 'n_points: and a number from 1', excerpt(text));
  }
  return count;
}

function parsePoint(text: string, file: string, line: number): Point {
  const columns = text.split(/[\s,]+/).map(parseNumber);
  const [x, y] = columns;
  if (columns.length !== 2 || x == null || y == null) {
    throw invalidDataset(file, line, 'two numbers "x y"', excerpt(text));
  }
  return [x + 0.5, y + 0.5];
}
