import { describe, expect, test } from 'vitest';
import type { Evidence } from '../../../training/report/evidence.ts';
import { associations, evidenceText, rankCorrelation, standingOut } from '../../../training/report/reasons.ts';

const plain: Evidence = {
  yaw: 5,
  sharpness: 400,
  lowerUnlikeSkin: 0.1,
  foreheadUnlikeSkin: 0.2,
  outside: 0,
  facePx: 100,
};
const many = Array.from({ length: 20 }, (_, i) => ({ ...plain, yaw: i / 2, sharpness: 400 + i }));

describe('a reason', () => {
  test('is what lies beyond nine tenths of the set, with how far', () => {
    const turned = { ...plain, yaw: -48, sharpness: 410.5 };
    expect(standingOut(turned, [...many, turned])).toEqual(['yaw -48° (harder than 100 % of the set)']);
    const blurred = { ...plain, sharpness: 12 };
    expect(standingOut(blurred, [...many, blurred])).toEqual(['sharpness 12 (harder than 100 % of the set)']);
  });

  test('is not made up where nothing stands out, or where all are alike', () => {
    const middling = { ...plain, sharpness: 410.5 };
    expect(standingOut(middling, [...many, middling])).toEqual([]);
    expect(standingOut(plain, [plain, plain, plain])).toEqual([]);
  });

  test('leaves out what could not be measured', () => {
    const nose: Evidence = { ...plain, yaw: null, lowerUnlikeSkin: null, foreheadUnlikeSkin: null };
    expect(evidenceText(nose)).toBe('sharpness 400, 0 % of the points outside, face 100 px');
    expect(standingOut({ ...nose, sharpness: 410.5 }, many)).toEqual([]);
  });
});

describe('rank correlation', () => {
  test('is 1 for any rising relation, -1 for any falling one, ties sharing their rank', () => {
    expect(rankCorrelation([1, 2, 3, 4], [1, 10, 100, 1000])).toBeCloseTo(1, 12);
    expect(rankCorrelation([1, 2, 3, 4], [9, 3, 2, 1])).toBeCloseTo(-1, 12);
    expect(rankCorrelation([1, 1, 2, 2], [1, 2, 1, 2])).toBeCloseTo(0, 12);
    // By hand: ranks 1.5 1.5 3 4 and 1 2 3 4.
    expect(rankCorrelation([7, 7, 8, 9], [1, 2, 3, 4])).toBeCloseTo(4.5 / Math.sqrt(4.5 * 5), 12);
  });

  test('is not there where a measure does not vary', () => {
    const faces = [1, 2, 3].map((error) => ({ evidence: { ...plain, yaw: error * 10 }, error }));
    const found = associations(faces);
    expect(found[0]).toMatchObject({ faces: 3, correlation: 1 });
    expect(found[1]!.correlation).toBeNull();
  });
});
