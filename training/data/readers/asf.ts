/**
 * AAM Shape Files (Stegmann, "Active Appearance Models", 2000): the format of IMM and IMM-Frontal.
 *
 * `#` begins a comment line. What remains is the number of points, a line a point (path, type, x, y, point, connects
 * from, connects to, and in IMM-Frontal three user columns), and the name of the host image.
 *
 * x and y are relative to the image's width and height, and are already continuous: no 0.5 is added. The files that
 * the annotation tool wrote at a zoom of 1.55 show it: in them x * 640 is n / 1.55 + 0.5 with integer n, so the tool
 * went from pixel index to relative coordinate by adding the half itself.
 */
import type { Point } from '../../../domain/geometry.ts';
import { excerpt, invalidDataset, parseNumber } from '../invalid.ts';

export interface AsfShape {
  /** [K][2] as fractions of the image's width and height. */
  readonly relative: readonly Point[];
  /** As the file names it, often with an ending that the image no longer has. Null where the line is missing. */
  readonly hostImage: string | null;
}

interface Line {
  readonly number: number;
  readonly text: string;
}

/** Throws INVALID_DATASET. */
export function parseAsf(text: string, file: string): AsfShape {
  const lines = contentLines(text);
  const count = parseCount(lines[0], file);
  const points = lines.slice(1, 1 + count);
  if (points.length < count) {
    throw invalidDataset(file, lines.at(-1)!.number, `${count} point lines as its head says`, String(points.length));
  }
  const relative = points.map((line, index) => parsePoint(line, index, file));
  return { relative, hostImage: lines[1 + count]?.text ?? null };
}

function contentLines(text: string): Line[] {
  return text
    .split(/\r\n|\n|\r/)
    .map((line, index) => ({ number: index + 1, text: line.trim() }))
    .filter((line) => line.text !== '' && !line.text.startsWith('#'));
}

function parseCount(line: Line | undefined, file: string): number {
  if (!line) throw invalidDataset(file, null, 'the number of model points', 'a file without content');
  const count = parseNumber(line.text);
  if (count === null || !Number.isInteger(count) || count < 1) {
    throw invalidDataset(file, line.number, 'the number of model points', excerpt(line.text));
  }
  return count;
}

function parsePoint(line: Line, index: number, file: string): Point {
  const columns = line.text.split(/\s+/);
  const expected = 'a point: path, type, x and y relative, point number, connects from, connects to';
  if (columns.length < 7) throw invalidDataset(file, line.number, expected, excerpt(line.text));
  const [x, y, number] = [columns[2]!, columns[3]!, columns[4]!].map(parseNumber);
  if (x == null || y == null || number == null) throw invalidDataset(file, line.number, expected, excerpt(line.text));
  if (number !== index) throw invalidDataset(file, line.number, `point number ${index}`, String(number));
  return [x, y];
}
