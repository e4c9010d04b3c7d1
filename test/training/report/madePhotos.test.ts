import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Face } from '../../../domain/records.ts';
import type { PredictedItem, Predictor } from '../../../inference/predictor.ts';
import { madePictures } from '../../../training/report/madePhotos.ts';
import { centroidPackage } from '../../inference/models.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fiducial-made-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Answers with the middle of the given box. */
function middles(boxes: Face['box'][]): Predictor {
  return {
    async *predict(items) {
      for await (const { id, box } of items) {
        boxes.push(box!);
        const keypoints = [[box!.left + box!.width / 2, box!.top + box!.height / 2]] as const;
        const face: Face = {
          ...{ box: box!, boxSource: 'given', keypoints: [...keypoints] },
          ...{ score: null, maePx: null, nme: null },
        };
        yield { id, size: { width: 640, height: 480 }, faces: [face], error: null } as PredictedItem<typeof id>;
      }
    },
    close: async () => {},
  };
}

describe('the mask and the screen of a report', () => {
  test('are made, say how, and state the error at points that are known', async () => {
    const { card } = centroidPackage();
    const boxes: Face['box'][] = [];
    const shown = await madePictures(middles(boxes), card, folder, new AbortController().signal);
    expect(shown.map(({ title }) => title)).toEqual(['plain', 'mask', 'screen']);
    expect(shown[1]!.lines[0]).toMatch(/^made: a mask/);
    expect(shown[2]!.lines[0]).toMatch(/^made: .* screen/);
    for (const { picture, lines } of shown) {
      expect(picture!.length).toBeGreaterThan(5_000);
      // A nose is not far from the middle of its face's box, also where the screen's photo has turned and shrunk it.
      expect(Number(/MAE ([\d.]+) px/.exec(lines[1]!)?.[1])).toBeLessThan(40);
    }
    expect(boxes[1]).toEqual(boxes[0]);
    expect(boxes[2]!.width).toBeLessThan(boxes[0]!.width);
  }, 300_000);
});
