/**
 * The class's Kaggle format: `Id,Predicted`, a row a coordinate, x before y, points in their order, faces in the order
 * of the test XML; and its score, the mean absolute error over all coordinates in pixels of the image.
 */
import { FiducialError } from '../domain/errors.ts';
import type { Point } from '../domain/geometry.ts';

/**
 * `predictions`: a face each in the order of the XML, [K][2] in continuous pixels of the image. Written as the labels
 * of that format are, as pixel indices: 0.5 is subtracted. Ids count from 0. Throws INVALID_INPUT for a face that has
 * none, since a row can't be left out.
 */
export function kaggleCsv(predictions: readonly (readonly Point[] | null)[], names: readonly string[] = []): string {
  const rows = ['Id,Predicted'];
  predictions.forEach((points, face) => {
    if (!points) {
      throw new FiducialError(
        'INVALID_INPUT',
        `Expected points for every face, got none for ${names[face] ?? `face ${face}`}`,
      );
    }
    for (const value of points.flat()) rows.push(`${rows.length - 1},${Number((value - 0.5).toFixed(4))}`);
  });
  return `${rows.join('\n')}\n`;
}

/** sum(|dx| + |dy|) / (faces * K * 2), pixels. Large faces weigh most. Throws INVALID_INPUT where counts differ. */
export function kaggleMae(predictions: readonly (readonly Point[])[], truths: readonly (readonly Point[])[]): number {
  let sum = 0;
  let count = 0;
  if (predictions.length !== truths.length) throw unequal('faces', truths.length, predictions.length);
  predictions.forEach((points, face) => {
    const truth = truths[face]!;
    if (points.length !== truth.length) throw unequal(`points of face ${face}`, truth.length, points.length);
    points.forEach(([x, y], k) => {
      sum += Math.abs(x - truth[k]![0]) + Math.abs(y - truth[k]![1]);
      count += 2;
    });
  });
  if (count === 0) throw new FiducialError('INVALID_INPUT', 'Expected at least one face with points, got none');
  return sum / count;
}

function unequal(what: string, expected: number, got: number): FiducialError {
  return new FiducialError('INVALID_INPUT', `Expected ${expected} ${what} as the truth has, got ${got}`);
}
