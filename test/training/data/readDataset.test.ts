import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { readDataset } from '../../../training/data/readDataset.ts';
import { parsePts } from '../../../training/data/readers/pts.ts';
import { findTruth, readTruth } from '../../../training/data/readTruth.ts';
import { asf, folderOf, ibugXml } from './folders.ts';

describe('readDataset', () => {
  test('reads .asf beside images of another ending than the file says, scaled by the size of the image', async () => {
    const root = await folderOf({ '07-1m.asf': asf([[0.25, 0.5]]), '07-1m.jpg': [64, 48] });
    const { kind, samples } = await readDataset(root);
    expect(kind).toBe('asf');
    expect(samples).toMatchObject([
      { key: '07-1m.jpg', image: join(root, '07-1m.jpg'), size: { width: 64, height: 48 }, keypoints: [[16, 24]] },
    ]);
    expect(samples[0]!.group).toMatch(/\/07$/);
    expect(samples[0]!.layout).toBe('nose1');
  });

  test('prefers the XML to the .pts beside it, and keeps the faces of one AFW photo together', async () => {
    const files = ['afw/12_1.jpg', 'afw/12_2.jpg', 'lfpw/trainset/image_0001.jpg', 'lfpw/trainset/image_0002.jpg'];
    const root = await folderOf({
      'labels_train.xml': ibugXml(
        'iBUG',
        files.map((file) => ({ file })),
      ),
      'afw/12_1.pts': '1 2',
    });
    const { kind, samples } = await readDataset(root);
    expect(kind).toBe('ibug-xml');
    expect(samples.map(({ group, source }) => [group, source])).toEqual([
      ['afw/12', 'afw'],
      ['afw/12', 'afw'],
      ['lfpw/trainset/image_0001', 'lfpw'],
      ['lfpw/trainset/image_0002', 'lfpw'],
    ]);
  });

  test('takes a train and a test XML as one set with its parts given, by person for YouTube Faces', async () => {
    const root = await folderOf({
      'labels_all.xml': ibugXml('YouTube Faces', [{ file: 'x/A_B_10.jpg' }]),
      'labels_train.xml': ibugXml('YouTube Faces, train', [{ file: 'train/Adrian_Nastase_10.jpg' }]),
      'labels_test.xml': ibugXml('YouTube Faces, test', [{ file: 'test/Angelo_Reyes_22.jpg' }]),
    });
    const { samples } = await readDataset(root);
    expect(samples.map(({ group, givenPart }) => [group.split('/')[1], givenPart])).toEqual([
      ['Angelo_Reyes', 'test'],
      ['Adrian_Nastase', 'train'],
    ]);
  });

  test('names a JSON file that is damaged, where nothing else in the folder could be meant', async () => {
    const root = await folderOf({ 'faces.json': '{"images": [],\n"annotations": [}' });
    await expect(readDataset(root)).rejects.toThrow(/faces\.json:2: expected JSON/);
  });

  test('finds the images of COCO beside the annotations or in images/', async () => {
    const coco = { images: [{ id: 1, file_name: 'a.png' }], annotations: [{ image_id: 1, keypoints: [1, 1, 2] }] };
    const root = await folderOf({
      'annotations/faces.json': JSON.stringify(coco),
      'package.json': '{}',
      'images/a.png': [8, 8],
    });
    const { kind, samples } = await readDataset(root);
    expect(kind).toBe('coco');
    expect((await stat(samples[0]!.image)).isFile()).toBe(true);
  });

  test('reads images.jsonl with keys below images/, and its groups', async () => {
    const lines = [
      { key: 'a.png', keypoints: [[1, 1]], group: 'anna' },
      { key: 'a.png', box: { left: 0, top: 0, width: 2, height: 2 } },
    ];
    const root = await folderOf({
      'images.jsonl': lines.map((l) => JSON.stringify(l)).join('\n'),
      'images/a.png': [8, 8],
    });
    const { samples } = await readDataset(root);
    expect(samples).toMatchObject([
      { image: join(root, 'images/a.png'), keypoints: [[1, 1]], layout: 'nose1', group: 'anna' },
      { keypoints: null, layout: null, group: 'a.png', box: { width: 2 } },
    ]);
  });

  test('says what a folder without annotations lacks, and what file is not one', async () => {
    const root = await folderOf({ 'notes.txt': 'hello', 'a.asf': 'not a shape' });
    await expect(readDataset(join(root, 'notes.txt'))).rejects.toMatchObject({ code: 'INVALID_DATASET' });
    await expect(readDataset(root)).rejects.toThrow(/a\.asf:1: expected the number of model points, got "not a shape"/);
    await expect(readDataset(join(root, 'nowhere'))).rejects.toThrow(/expected a folder or an annotation file/);
  });
});

describe('readTruth', () => {
  test('finds a face by its path, its key, or its name where no other image has it', async () => {
    const xml = ibugXml('set', [
      { file: 'a/1.jpg' },
      { file: 'a/1.jpg', left: 3 },
      { file: 'a/2.jpg' },
      { file: 'b/2.jpg' },
    ]);
    const root = await folderOf({ 'labels.xml': xml });
    const truth = await readTruth(join(root, 'labels.xml'));
    expect(findTruth(truth, 'a/1.jpg').map(({ box }) => box?.left)).toEqual([1, 3]);
    expect(findTruth(truth, 'elsewhere.jpg', join(root, 'b/2.jpg'))).toHaveLength(1);
    expect(findTruth(truth, '1.jpg')).toHaveLength(2);
    expect(findTruth(truth, '2.jpg')).toEqual([]);
  });

  test('takes .pts without images as truth for images that lie elsewhere', async () => {
    const root = await folderOf({ 'me.pts': '1 2\n3 4' });
    expect(findTruth(await readTruth(root), 'photos/me.jpg')[0]?.keypoints).toEqual([
      [1.5, 2.5],
      [3.5, 4.5],
    ]);
  });
});

vi.setConfig({ testTimeout: 60_000 }); // thousands of annotations on two shared cores

const SHARED = new URL('../../../../shared/data/', import.meta.url).pathname;
const real = existsSync(SHARED);
if (!real) console.log('The real data sets are not here: the tests that read them are left out.');

describe.runIf(real)('the real data sets', () => {
  test.each([
    ['imm58', 37, 37, 'imm58'],
    ['imm-frontal73', 120, 12, 'imm73'],
    ['ibug_300W_large_face_landmark_dataset', 2012, 1773, 'ibug68'],
    ['ytf68', 3018, 300, 'ibug68'],
  ])('%s has %i faces of %i people or photos', async (folder, faces, groups, layout) => {
    const { samples } = await readDataset(join(SHARED, folder));
    expect(samples).toHaveLength(faces);
    expect(new Set(samples.map(({ group }) => group)).size).toBe(groups);
    expect(new Set(samples.map((sample) => sample.layout))).toEqual(new Set([layout]));
  });

  test('the .pts and the XML of 300-W agree to the rounding of the XML', async () => {
    const { samples } = await readDataset(join(SHARED, 'ibug_300W_large_face_landmark_dataset'));
    let largest = 0;
    for (const { image, keypoints } of samples) {
      const pts = image.replace(/\.jpg$/, '.pts');
      parsePts(await readFile(pts, 'utf8'), pts).forEach(([x, y], i) => {
        largest = Math.max(largest, Math.abs(x - keypoints![i]![0]), Math.abs(y - keypoints![i]![1]));
      });
    }
    expect(largest).toBeLessThan(0.0501);
  });
});
