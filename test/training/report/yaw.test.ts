import { describe, expect, test } from 'vitest';
import { applyToAll, type Point, similarity } from '../../../domain/geometry.ts';
import { LAYOUTS } from '../../../domain/layouts.ts';
import { errorByYaw, yawDegrees } from '../../../training/report/yaw.ts';
import { renderFace } from '../../../training/synthetic/renderFace.ts';

const SIZE = { width: 96, height: 72 };
const rendered = await Promise.all(
  [-40, -25, -10, 0, 10, 25, 40].map(async (yaw, i) => {
    const overrides = { pose: { yaw, pitch: 0, roll: i * 7 - 20 } };
    return { yaw, face: await renderFace(50 + i, { size: SIZE, overrides, camera: false }) };
  }),
);

describe('yaw from points', () => {
  test('is that of the rendered head, whatever its roll', () => {
    for (const { yaw, face } of rendered) {
      expect(Math.abs(yawDegrees(face.keypoints, 'ibug68')! - yaw)).toBeLessThan(8);
      expect(Math.abs(yawDegrees(face.keypoints58, 'imm58')! - yaw)).toBeLessThan(16);
    }
  });

  test('does not change with size, place and roll, and turns round in the mirror', () => {
    const { keypoints } = rendered[5]!.face;
    const yaw = yawDegrees(keypoints, 'ibug68')!;
    const moved = applyToAll(similarity([30, 30], 0.7, 2.5, [100, -40]), keypoints);
    expect(yawDegrees(moved, 'ibug68')).toBeCloseTo(yaw, 6);
    const mirrored = LAYOUTS.ibug68.flip.map((from): Point => [SIZE.width - keypoints[from]![0], keypoints[from]![1]]);
    expect(yawDegrees(mirrored, 'ibug68')).toBeCloseTo(-yaw, 6);
  });

  test('is not known where the labels have no eyes', () => {
    expect(yawDegrees([[3, 4]], 'nose1')).toBeNull();
    expect(yawDegrees([[3, 4]], 'points')).toBeNull();
    expect(
      yawDegrees(
        Array.from({ length: 68 }, (): Point => [5, 5]),
        'ibug68',
      ),
    ).toBeNull();
  });
});

describe('errors by yaw', () => {
  test('are means of ten degrees of turn, whichever way, beyond fifty together', () => {
    const faces = [
      { yaw: -4, error: 1 },
      { yaw: 9.9, error: 2 },
      { yaw: 10, error: 5 },
      { yaw: -61, error: 7 },
      { yaw: 88, error: 9 },
    ];
    expect(errorByYaw(faces)).toEqual([
      { from: 0, faces: 2, meanError: 1.5 },
      { from: 10, faces: 1, meanError: 5 },
      { from: 50, faces: 2, meanError: 8 },
    ]);
  });
});
