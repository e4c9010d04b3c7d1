import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Box, Point } from '../../../domain/geometry.ts';
import type { Face } from '../../../domain/records.ts';
import { createPredictor, type Predictor } from '../../../inference/predictor.ts';
import { checkFaces, GIVEN, shifted } from '../../../training/check/checkFaces.ts';
import { checkSetting, partOf, settingsOf } from '../../../training/check/checkModel.ts';
import { innerNme, maePxOf, metricsOfFaces } from '../../../training/check/figures.ts';
import { meanAnswerMaePx, meanPosition } from '../../../training/check/meanAnswer.ts';
import type { Sample } from '../../../training/data/sample.ts';
import { hashFraction } from '../../../training/data/split.ts';
import { centroidPackage, spot } from '../../inference/models.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fiducial-check-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const around = ([x, y]: Point, side: number): Box => ({
  left: x - side / 2,
  top: y - side / 2,
  width: side,
  height: side,
});

function sample(key: string, more: Partial<Sample>): Sample {
  return {
    ...{ image: join(folder, key), key, size: null, box: null, keypoints: null, labelled: null, layout: 'nose1' },
    ...{ group: key, source: 'spots', givenPart: null },
    ...more,
  };
}

async function spots(): Promise<Sample[]> {
  const places: Point[] = [
    [60, 40],
    [80, 55],
    [45, 62],
  ];
  return await Promise.all(
    places.map(async (at, i) => {
      await writeFile(join(folder, `${i}.png`), await spot(140, 100, at));
      return sample(`${i}.png`, { box: around(at, 60), keypoints: [at], source: i < 2 ? 'a' : 'b' });
    }),
  );
}

describe('a check of a model', () => {
  test('compares what scoring predicts with the labels, also where the boxes are moved', async () => {
    const samples = await spots();
    const { card, ...model } = centroidPackage();
    const predictor = await createPredictor({ card, ...model }, { threads: 1 });
    try {
      for (const placement of [GIVEN, ...shifted(0.1)]) {
        const { faces, failed } = await checkFaces(predictor, card, samples, placement);
        expect(failed).toEqual([]);
        expect(maePxOf(faces)).toBeLessThan(0.3);
      }
      const setting = settingsOf(card, { detect: false, shifts: [0.1] })[1]!;
      const rows = await checkSetting(predictor, card, 'both', samples, setting);
      expect(rows.map(({ set, setting: name, n, missed }) => [set, name, n, missed])).toEqual([
        ['a', 'shifted 10 %', 8, 0],
        ['b', 'shifted 10 %', 4, 0],
        ['both', 'shifted 10 %', 12, 0],
      ]);
    } finally {
      await predictor.close();
    }
  });

  test('counts a face as missed where its image can not be read', async () => {
    const samples = await spots();
    await writeFile(join(folder, 'text.jpg'), 'no image');
    const bad = sample('text.jpg', { box: around([5, 5], 4), keypoints: [[5, 5]] });
    const { card, ...model } = centroidPackage();
    const predictor = await createPredictor({ card, ...model }, { threads: 1 });
    const { faces, failed } = await checkFaces(predictor, card, [...samples, bad], GIVEN).finally(() =>
      predictor.close(),
    );
    expect(failed).toMatchObject([{ key: 'text.jpg', code: 'NOT_AN_IMAGE' }]);
    expect(metricsOfFaces(faces, 'nose1', 1)).toMatchObject({ n: 3, missed: 1 });
  });

  test('detects once an image, and pairs what it finds with all the labels of that image', async () => {
    const image = join(folder, 'two.png');
    const keypoints: Point[] = [
      [20, 20],
      [80, 20],
      [50, 90],
    ];
    const samples = keypoints.map((point, i) =>
      sample(`two-${i}`, { image, box: around(point, 20), keypoints: [point] }),
    );
    const found = (at: Point): Face => ({
      ...{ box: around(at, 22), boxSource: 'detected', keypoints: [[at[0] + 2, at[1]]] },
      ...{ score: 0.9, maePx: null, nme: null },
    });
    let items = 0;
    const predictor: Predictor = {
      async *predict(source) {
        for await (const { id } of source) {
          items++;
          yield {
            id,
            size: { width: 100, height: 100 },
            faces: [found([80, 20]), found([20, 20]), found([10, 80])],
            error: null,
          };
        }
      },
      close: async () => {},
    };
    const { faces, extra } = await checkFaces(predictor, { layout: 'nose1' }, samples, { rule: 'detect' });
    expect(items).toBe(1);
    expect(faces.map(({ errors }) => errors?.maePx ?? null)).toEqual([1, 1, null]);
    expect(extra).toBe(1);
  });

  test('of the inner points leaves the jaw out', () => {
    const keypoints = Array.from({ length: 68 }, (_, i): Point => [i * 3, (i * 7) % 50]);
    const predicted = keypoints.map(([x, y], i): Point => (i < 17 ? [x + 40, y] : [x + 3, y]));
    const truth = sample('x', { keypoints, layout: 'ibug68' });
    const distancePx = predicted.map(([x], i) => x - keypoints[i]![0]);
    const interOcular = 50;
    const all = distancePx.reduce((a, b) => a + b, 0) / 68 / interOcular;
    const errors = { maePx: 1, nme: { interOcular: all }, absMicroPx: distancePx.map((d) => d * 1e6), distancePx };
    expect(innerNme([{ sample: truth, keypoints: predicted, errors }], 'ibug68')).toBeCloseTo(3 / interOcular, 12);
    expect(innerNme([], 'nose1')).toBeNull();
  });
});

describe('a part of a data set', () => {
  test('is that of the split by photo, the one that training makes', async () => {
    const samples = await spots();
    const named = samples.map((one, i) => ({ ...one, group: `photo-${i}` }));
    const expected = named.filter(({ group }) => hashFraction(group) < 0.8);
    const dataset = { name: 'spots', root: folder, kind: 'images-jsonl' as const, samples: named };
    expect(await partOf(dataset, 'train')).toEqual(expected);
    expect(await partOf(dataset, 'all')).toEqual(named);
  });
});

describe('the mean answer', () => {
  test('is in fractions of images of any size', () => {
    const face = (at: Point, width: number) => ({
      sample: sample('m', { keypoints: [at] }),
      size: { width, height: width },
    });
    const mean = meanPosition([face([10, 20], 100), face([80, 60], 200)]);
    expect(mean).toEqual([[0.25, 0.25]]);
    expect(meanAnswerMaePx(mean, face([30, 20], 100), 'nose1')).toBe(5);
  });
});
