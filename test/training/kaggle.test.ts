import { describe, expect, test } from 'vitest';
import { kaggleCsv, kaggleMae } from '../../training/kaggle.ts';

const faces = [
  [
    [1.5, 2.5],
    [3, 4],
  ],
  [
    [10.25, 0.5],
    [-1, 7],
  ],
] as const;

describe("Kaggle's submission", () => {
  test('has a row a coordinate, x before y, faces in order, as pixel indices', () => {
    expect(kaggleCsv(faces)).toBe('Id,Predicted\n0,1\n1,2\n2,2.5\n3,3.5\n4,9.75\n5,0\n6,-1.5\n7,6.5\n');
  });

  test('can not leave a face out', () => {
    expect(() => kaggleCsv([faces[0], null], ['a.jpg', 'b.jpg'])).toThrow(/points for every face, got none for b\.jpg/);
  });
});

describe("Kaggle's score", () => {
  test('is the mean absolute error over all coordinates', () => {
    const predictions = [faces[0], [[12.25, 0.5] as const, [-1, 3] as const]];
    expect(kaggleMae(faces, faces)).toBe(0);
    expect(kaggleMae(predictions, faces)).toBe((2 + 4) / 8);
  });

  test('needs as many faces and points as the truth has', () => {
    expect(() => kaggleMae([faces[0]], faces)).toThrow(/Expected 2 faces as the truth has, got 1/);
    expect(() => kaggleMae([faces[0].slice(1), faces[1]], faces)).toThrow(/Expected 2 points of face 0/);
    expect(() => kaggleMae([], [])).toThrow(/at least one face/);
  });
});
