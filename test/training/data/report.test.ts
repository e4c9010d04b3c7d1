import { existsSync } from 'node:fs';
import { copyFile, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { boxKnowsPoints } from '../../../training/data/boxes.ts';
import { contactSheet } from '../../../training/data/contactSheet.ts';
import { convertDataset } from '../../../training/data/convert.ts';
import { readDataset } from '../../../training/data/readDataset.ts';
import { datasetReport } from '../../../training/data/report.ts';
import { mergeDatasets } from '../../../training/data/sample.ts';
import { folderOf } from './folders.ts';

const manifest = (lines: readonly unknown[]) => lines.map((line) => JSON.stringify(line)).join('\n');

async function smallSet() {
  const root = await folderOf({
    'images.jsonl': manifest([
      {
        key: 'a.png',
        keypoints: [
          [2, 2],
          [70, 5],
        ],
        group: 'anna',
        box: { left: -3, top: 0, width: 20, height: 20 },
      },
      {
        key: 'b.png',
        keypoints: [
          [2, 2],
          [5, 5],
        ],
        group: 'bert',
      },
      { key: 'gone.png', group: 'gone' },
    ]),
    'images/a.png': [64, 48],
    'images/b.png': [32, 24],
  });
  return readDataset(root);
}

describe('datasetReport', () => {
  test('counts faces, sizes, points and boxes outside their image, and what is missing', async () => {
    const report = await datasetReport(await smallSet());
    expect(report).toMatchObject({
      kind: 'images-jsonl',
      faces: 3,
      images: 3,
      groups: 3,
      byLayout: { points: 2, none: 1 },
      unlabelled: 1,
      withoutBox: 2,
      boxesOutside: 1,
      widths: { min: 32, max: 64 },
      points: { total: 4, outside: 1, facesWithOutside: 1 },
      duplicates: [],
      split: null,
    });
    expect(report.missingImages).toEqual([expect.stringMatching(/gone\.png$/)]);
  });

  test('names who is on both sides of a split, people who share an image included', async () => {
    const dataset = await smallSet();
    const [a, b] = dataset.samples;
    const shared = { ...dataset, samples: [a!, { ...b!, image: a!.image }, b!] };
    const report = await datasetReport(shared, ['train', 'train', 'test']);
    expect(report.split).toEqual({ faces: { train: 2, val: 0, test: 1 }, onSeveralSides: ['anna'] });
  });

  test('finds images that are there twice under two names', async () => {
    const dataset = await smallSet();
    const [a, b] = dataset.samples;
    const copy = join(await mkdtemp(join(tmpdir(), 'fiducial-copy-')), 'c.png');
    await copyFile(a!.image, copy);
    const { duplicates } = await datasetReport({ ...dataset, samples: [a!, b!, { ...a!, image: copy }] });
    expect(duplicates).toEqual([[a!.image, copy]]);
  });
});

describe('contactSheet', () => {
  test('shows each face with its points, in rows', async () => {
    const { samples } = await smallSet();
    const png = await contactSheet(samples.slice(0, 2), { tile: 80, columns: 2 });
    const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([160, 80]);
    let green = 0;
    for (let i = 0; i < data.length; i += info.channels) if (data[i + 1]! > 200 && data[i]! < 120) green++;
    expect(green).toBeGreaterThan(1);
  });

  test('names the image that it can not draw', async () => {
    const { samples } = await smallSet();
    await expect(contactSheet(samples)).rejects.toThrow(/gone\.png: expected an image/);
  });
});

describe('convertDataset', () => {
  test('writes a set that reads back the same, keys of two sets kept apart', async () => {
    const sets = await Promise.all([smallSet(), smallSet()]);
    const merged = mergeDatasets(sets.map((set) => ({ ...set, samples: set.samples.slice(0, 2) })));
    const target = await mkdtemp(join(tmpdir(), 'fiducial-converted-'));
    await convertDataset(merged, target);
    const back = await readDataset(target);
    expect(back.samples.map(({ keypoints, box, group }) => ({ keypoints, box, group }))).toEqual(
      merged.samples.map(({ keypoints, box, group }) => ({ keypoints, box, group })),
    );
    expect(new Set(back.samples.map(({ image }) => image)).size).toBe(4);
    expect(back.samples.every(({ image }) => existsSync(image))).toBe(true);
  });

  test('refuses a key that leads out of the folder', async () => {
    const dataset = await smallSet();
    const samples = [{ ...dataset.samples[0]!, key: '../../etc/a.png' }];
    const target = await mkdtemp(join(tmpdir(), 'fiducial-converted-'));
    await expect(convertDataset({ ...dataset, samples }, target)).rejects.toMatchObject({ code: 'INVALID_DATASET' });
  });
});

test('a box that is the bounds of the points with a tenth more is told from a detected one', async () => {
  const [sample] = (await smallSet()).samples;
  const keypoints = [
    [10, 20],
    [110, 220],
  ] as const;
  const box = { left: 5, top: 10, width: 110, height: 220 };
  expect(boxKnowsPoints({ ...sample!, keypoints, box })).toBe(true);
  expect(boxKnowsPoints({ ...sample!, keypoints, box: { ...box, left: 0 } })).toBe(false);
});
