import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cropUnits } from '../../domain/codec.ts';
import {
  applyTransform,
  type Box,
  boxToBox,
  composeTransforms,
  fitSimilarity,
  intersectBoxes,
  invertTransform,
  iou,
  type Point,
  scaleBox,
  similarity,
  squareAround,
} from '../../domain/geometry.ts';

const coordinate = fc.double({ min: -1000, max: 1000, noNaN: true });
const point = fc.tuple(coordinate, coordinate);
const side = fc.double({ min: 1, max: 500, noNaN: true });
const box: fc.Arbitrary<Box> = fc.record({ left: coordinate, top: coordinate, width: side, height: side });
const transform = fc
  .tuple(point, fc.double({ min: -3, max: 3, noNaN: true }), fc.double({ min: 0.2, max: 5, noNaN: true }), point)
  .map(([centre, radians, scale, shift]) => similarity(centre, radians, scale, shift));

function close(a: Point, b: Point, tolerance = 1e-6): void {
  expect(Math.abs(a[0] - b[0])).toBeLessThan(tolerance);
  expect(Math.abs(a[1] - b[1])).toBeLessThan(tolerance);
}

describe('transforms', () => {
  test('an inverse takes every point back', () => {
    fc.assert(
      fc.property(transform, point, (t, p) => close(applyTransform(invertTransform(t), applyTransform(t, p)), p)),
    );
  });

  test('composing is applying one after the other', () => {
    fc.assert(
      fc.property(transform, transform, point, (s, t, p) =>
        close(applyTransform(composeTransforms(s, t), p), applyTransform(t, applyTransform(s, p)), 1e-5),
      ),
    );
  });

  test('a similarity keeps its centre, up to its shift', () => {
    close(applyTransform(similarity([3, 4], 1.2, 2, [1, -1]), [3, 4]), [4, 3]);
  });

  test('a quarter turn is clockwise as displayed', () => {
    close(applyTransform(similarity([0, 0], Math.PI / 2, 1), [1, 0]), [0, 1]);
  });

  test('the fitted similarity is the one that made the points', () => {
    fc.assert(
      fc.property(transform, fc.array(point, { minLength: 3, maxLength: 10 }), (t, points) => {
        fc.pre(points.some(([x, y]) => Math.hypot(x - points[0]![0], y - points[0]![1]) > 1));
        const fitted = fitSimilarity(
          points,
          points.map((p) => applyTransform(t, p)),
        );
        close(applyTransform(fitted, points[1]!), applyTransform(t, points[1]!), 1e-4);
      }),
    );
  });

  test('a transform that collapses the plane has no inverse', () => {
    expect(() => invertTransform({ a: 1, b: 2, c: 2, d: 4, tx: 0, ty: 0 })).toThrow(/invertible/);
  });
});

describe('boxes', () => {
  test('IoU is 1 with itself, symmetric, and between 0 and 1', () => {
    fc.assert(
      fc.property(box, box, (a, b) => {
        expect(iou(a, a)).toBeCloseTo(1, 6);
        expect(iou(a, b)).toBeCloseTo(iou(b, a), 12);
        expect(iou(a, b)).toBeGreaterThanOrEqual(0);
        expect(iou(a, b)).toBeLessThanOrEqual(1 + 1e-9);
      }),
    );
  });

  test('boxes that only touch do not intersect', () => {
    expect(
      intersectBoxes({ left: 0, top: 0, width: 1, height: 1 }, { left: 1, top: 0, width: 1, height: 1 }),
    ).toBeNull();
  });

  test('the square has the margin times the longer side, about the same centre', () => {
    expect(squareAround({ left: 10, top: 20, width: 10, height: 20 }, 1.5)).toEqual({
      left: 0,
      top: 15,
      width: 30,
      height: 30,
    });
    expect(scaleBox({ left: 0, top: 0, width: 10, height: 20 }, 2)).toEqual({
      left: -5,
      top: -10,
      width: 20,
      height: 40,
    });
  });
});

test('the codec decodes what it encodes, points outside the crop included', () => {
  fc.assert(
    fc.property(box, fc.array(point, { minLength: 1, maxLength: 68 }), (crop, points) => {
      const input = { width: 80, height: 60 };
      const imageToCrop = boxToBox(crop, { left: 0, top: 0, ...input });
      const decoded = cropUnits.decode(cropUnits.encode(points, imageToCrop, input).flat(), imageToCrop, input);
      for (const [i, p] of points.entries()) close(decoded[i]!, p, 1e-6);
    }),
  );
});
