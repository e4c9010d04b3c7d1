import { expect, test } from 'vitest';
import type { Point } from '../../../domain/geometry.ts';
import { evaluateItem } from '../../../domain/metrics/index.ts';
import type { FaceDetail } from '../../../web/api/operations.generated.ts';
import { viewItem } from '../../../web/viewer/evaluate.ts';

function points(count: number, left: number, spread = 10): Point[] {
  return Array.from({ length: count }, (_, i): Point => [left + (i % 8) * spread, 20 + Math.floor(i / 8) * spread]);
}

function face(keypoints: readonly Point[], boxSource: FaceDetail['boxSource'], left: number): FaceDetail {
  return { box: { left, top: 10, width: 90, height: 110 }, boxSource, keypoints, score: null, maePx: null, nme: [] };
}

const shift = (all: readonly Point[], dx: number, dy: number) => all.map(([x, y]): Point => [x + dx, y + dy]);

test('the mean error of the points is the MAE that scoring gives the face', () => {
  const truth = { box: null, keypoints: points(68, 10), layout: 'ibug68' as const, group: null };
  const predicted = face(shift(truth.keypoints, 1.5, -0.5), 'GIVEN', 0);
  const { faces } = viewItem({ faces: [predicted], truths: [truth] }, 'ibug68');
  const errors = faces[0]!.points.map(({ errorPx }) => errorPx!);
  const scored = { key: 'a', outcome: 'scored' as const, width: 200, height: 200, error: null };
  const scoredFace = { ...predicted, keypoints: [...predicted.keypoints], boxSource: 'given' as const, nme: null };
  const evaluation = evaluateItem({ ...scored, faces: [scoredFace] }, [truth], 'ibug68');
  expect(errors.reduce((sum, error) => sum + error, 0) / 68).toBeCloseTo(evaluation.evaluated[0]!.errors.maePx, 9);
  expect(errors[0]).toBeCloseTo(1);
});

test('detected faces are paired with the truth that lies over them; the rest of the truth is missed', () => {
  const [left, right, far] = [points(68, 10), points(68, 300), points(68, 900)];
  const truths = [left, right, far].map((keypoints) => ({ box: null, keypoints, layout: 'ibug68', group: null }));
  const faces = [face(shift(right, 2, 0), 'DETECTED', 295), face(shift(left, 4, 0), 'DETECTED', 5)];
  const view = viewItem({ faces, truths }, 'ibug68');
  expect(view.faces.map(({ points: [first] }) => first!.errorPx)).toEqual([1, 2]);
  expect(view.missed).toEqual([far]);
});

test('without truth there are points and no errors', () => {
  const view = viewItem({ faces: [face(points(1, 50), 'WHOLE', 0)], truths: [] }, 'nose1');
  expect(view.faces[0]!.points[0]).toMatchObject({ name: 'nose', truth: null, errorPx: null });
});

test('a network that knows the nose only is compared with the nose of a larger truth', () => {
  const keypoints = points(58, 10);
  const truths = [{ box: null, keypoints, layout: 'imm58', group: null }];
  const view = viewItem({ faces: [face([keypoints[52]!], 'WHOLE', 0)], truths }, 'nose1');
  expect(view.faces[0]!.points[0]).toMatchObject({ truth: keypoints[52], errorPx: 0 });
});
