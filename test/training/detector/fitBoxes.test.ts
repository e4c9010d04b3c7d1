import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Box } from '../../../domain/geometry.ts';
import type { Predictor } from '../../../inference/predictor.ts';
import type { Sample } from '../../../training/data/sample.ts';
import { adjustBox, fitAdjustment, fitDetectorBoxes } from '../../../training/detector/fitBoxes.ts';

const box = fc.record({
  left: fc.integer({ min: -50, max: 300 }),
  top: fc.integer({ min: -50, max: 300 }),
  width: fc.integer({ min: 20, max: 200 }),
  height: fc.integer({ min: 20, max: 200 }),
});

describe('the fit of boxes', () => {
  test('finds the adjustment that was made, also where a third of the pairs is wrong', () => {
    const adjustment = fc.record({
      dx: fc.double({ min: -0.3, max: 0.3, noNaN: true }),
      dy: fc.double({ min: -0.3, max: 0.3, noNaN: true }),
      scale: fc.double({ min: 0.5, max: 2, noNaN: true }),
    });
    fc.assert(
      fc.property(adjustment, fc.array(box, { minLength: 6, maxLength: 20 }), box, (made, detected, wrong) => {
        const right = detected.map((one) => ({ detected: one, known: adjustBox(one, made) }));
        const outliers = Array.from({ length: Math.floor(detected.length / 3) }, () => ({
          detected: wrong,
          known: { ...wrong, left: wrong.left + 5_000, width: wrong.width * 9 },
        }));
        const clean = fitAdjustment(right);
        expect(clean.dx).toBeCloseTo(made.dx, 3);
        expect(clean.dy).toBeCloseTo(made.dy, 3);
        expect(clean.scale).toBeCloseTo(made.scale, 3);
        const robust = fitAdjustment([...right, ...outliers]);
        expect(robust.dx).toBeCloseTo(made.dx, 3);
        expect(robust.scale).toBeCloseTo(made.scale, 3);
      }),
      { numRuns: 50 },
    );
  });

  test('leaves out boxes that were made from the points, and counts the faces that nothing answers', async () => {
    const sample = (name: string, own: Box, keypoints: Sample['keypoints'] = null): Sample => ({
      ...{ image: name, key: name, size: null, box: own, keypoints, labelled: null, layout: 'ibug68' },
      ...{ group: name, source: 'made', givenPart: null },
    });
    const known = { left: 100, top: 100, width: 50, height: 50 };
    const grown = { left: 97.5, top: 97.5, width: 55, height: 55 };
    const samples = [
      sample('a', known),
      sample('b', grown, [
        [100, 100],
        [150, 150],
      ]),
      sample('c', known),
    ];
    const detections: Record<string, Box[]> = {
      a: [{ left: 110, top: 110, width: 40, height: 40 }],
      b: [{ left: 80, top: 80, width: 90, height: 90 }],
      c: [{ left: 400, top: 0, width: 40, height: 40 }],
    };
    const predictor: Predictor = {
      async *predict(items) {
        for await (const { id } of items) {
          const faces = detections[(id as readonly Sample[])[0]!.key]!.map((one) => ({
            ...{ box: one, boxSource: 'detected' as const, keypoints: [], score: 1, maePx: null, nme: null },
          }));
          yield { id, size: { width: 500, height: 500 }, faces, error: null };
        }
      },
      close: async () => {},
    };
    const fit = await fitDetectorBoxes(predictor, samples);
    expect(fit).toMatchObject({
      faces: 1,
      missed: 1,
      labelled: 3,
      adjustment: { dx: -0.125, dy: -0.125, scale: 1.25 },
    });
    expect(fit.meanIou.after).toBeCloseTo(1, 6);
    expect(fit.meanIou.before).toBeCloseTo(0.64, 6);
  });
});
