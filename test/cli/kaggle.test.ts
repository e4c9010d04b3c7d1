import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addKaggleCommand } from '../../cli/commands/kaggle.ts';
import type { Point } from '../../domain/geometry.ts';
import { writePackage } from '../../training/packageFolder.ts';
import { centroidPackage, spot } from '../inference/models.ts';
import { runJson } from './inProcess.ts';

let folder = '';
const places: Point[] = [
  [60, 40],
  [82, 55],
  [45, 62],
];

/** dlib's format: parts are pixel indices. `order` of the images in the file. */
function xml(order: readonly number[], parts: boolean): string {
  const images = order.map((i) => {
    const [x, y] = places[i]!;
    const part = parts ? `<part name='0' x='${x - 0.5}' y='${y - 0.5}'/>` : '';
    return `<image file='${i}.png'><box top='${y - 25}' left='${x - 25}' width='50' height='50'>${part}</box></image>`;
  });
  return `<?xml version='1.0'?><dataset><images>${images.join('')}</images></dataset>`;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fiducial-kaggle-'));
  await mkdir(join(folder, 'test'));
  for (const [i, at] of places.entries()) await writeFile(join(folder, 'test', `${i}.png`), await spot(140, 100, at));
  const { card, bytes } = centroidPackage();
  await writePackage(join(folder, 'model'), card, bytes);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function kaggle(order: readonly number[], parts: boolean) {
  const data = join(folder, 'test', 'test.xml');
  await writeFile(data, xml(order, parts));
  const out = join(folder, 'submission.csv');
  const argv = ['kaggle', join(folder, 'model'), '--data', data, '--out', out];
  const result = (await runJson(addKaggleCommand, join(folder, 'none'), argv)) as Record<string, unknown>;
  return { result, lines: (await readFile(out, 'utf8')).trimEnd().split('\n') };
}

describe('fiducial kaggle', () => {
  test('writes a row a coordinate in the order of the XML, for a test set without parts', async () => {
    const { result, lines } = await kaggle([2, 0, 1], false);
    expect(result).toMatchObject({ faces: 3, rows: 6, score: null });
    expect(lines[0]).toBe('Id,Predicted');
    const rows = lines.slice(1).map((line) => line.split(',').map(Number));
    expect(rows.map(([id]) => id)).toEqual([0, 1, 2, 3, 4, 5]);
    const expected = [2, 0, 1].flatMap((i) => places[i]!.map((value) => value - 0.5));
    rows.forEach(([, value], row) => {
      expect(Math.abs(value! - expected[row]!)).toBeLessThan(0.5);
    });
  });

  test('gives the MAE of its very rows where there are parts, and says what it was measured on', async () => {
    const { result, lines } = await kaggle([0, 1, 2], true);
    const rows = lines.slice(1).map((line) => Number(line.split(',')[1]));
    const truth = places.flat();
    const mae = rows.reduce((sum, value, row) => sum + Math.abs(value + 0.5 - truth[row]!), 0) / rows.length;
    expect(result.score).toMatchObject({ faces: 3 });
    expect((result.score as { maePx: number }).maePx).toBeCloseTo(mae, 3);
    expect(result.images).toEqual({
      images: 3,
      imagePx: { smallest: 140, median: 140, largest: 140 },
      facePx: { smallest: 50, median: 50, largest: 50 },
    });
  });

  test('writes no file with rows left out', async () => {
    await writeFile(join(folder, 'test', '1.png'), 'no image');
    await expect(kaggle([0, 1], false)).rejects.toThrow(/points for every face, got none for .*1\.png/);
  });
});
