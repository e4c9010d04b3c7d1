/**
 * Yaw from 2-D points: how far the nose has moved from the middle of the outer eye corners, along the line of the eyes.
 *
 * With the corners at (-e, 0, 0) and (e, 0, 0) of the head and the nose d in front of them, a turn by yaw shows the
 * corners e cos(yaw) from their middle and the nose d sin(yaw): offset / half distance = (d / e) tan(yaw), whatever the
 * size and roll. e / d was fitted on 48 rendered heads of known pose (test/training/report/yaw.test.ts holds it to
 * them): mean error 2 degrees for the tip of the nose, 5 for its base. Pitch and perspective are left out.
 */
import type { Point } from '../../domain/geometry.ts';
import { LAYOUTS, type LayoutId } from '../../domain/layouts.ts';

/** Half the distance of the outer eye corners over the depth of that point in front of them. */
const TIP = 0.75;
const BASE = 1.65;

/** The point that moves most: the tip where the layout has it. */
const NOSE: Readonly<Partial<Record<LayoutId, { readonly index: number; readonly eyesOverDepth: number }>>> = {
  ibug68: { index: 30, eyesOverDepth: TIP },
  imm58: { index: 52, eyesOverDepth: BASE },
  imm73: { index: 45, eyesOverDepth: TIP },
};

/** The face's own axes: x along the eyes to the subject's left, y down, half the distance of the outer corners long. */
export interface FaceFrame {
  readonly origin: Point;
  readonly x: Point;
  readonly y: Point;
}

/** Null where the layout has no eye corners or they coincide. */
export function faceFrame(keypoints: readonly Point[], layout: LayoutId | null): FaceFrame | null {
  const corners = layout === null || layout === 'points' ? undefined : LAYOUTS[layout].outerEyeCorners;
  const [right, left] = [keypoints[corners?.[0] ?? -1], keypoints[corners?.[1] ?? -1]];
  if (!right || !left) return null;
  const x: Point = [(left[0] - right[0]) / 2, (left[1] - right[1]) / 2];
  if (x[0] === 0 && x[1] === 0) return null;
  return { origin: [right[0] + x[0], right[1] + x[1]], x, y: [-x[1], x[0]] };
}

/** Degrees; positive where the subject looks to its left. Null where the layout does not tell. */
export function yawDegrees(keypoints: readonly Point[], layout: LayoutId | null): number | null {
  const frame = faceFrame(keypoints, layout);
  const nose = layout === null ? undefined : NOSE[layout];
  const point = nose && keypoints[nose.index];
  if (!frame || !point) return null;
  const { origin, x } = frame;
  const along = (point[0] - origin[0]) * x[0] + (point[1] - origin[1]) * x[1];
  const offset = along / (x[0] ** 2 + x[1] ** 2);
  return (Math.atan(nose.eyesOverDepth * offset) * 180) / Math.PI;
}

export interface YawBin {
  /** Degrees of turn to either side, from `from` to below `from` + 10; the last has no end. */
  readonly from: number;
  readonly faces: number;
  readonly meanError: number;
}

const BIN = 10;
const LAST_BIN = 50;

/** Mean error by how far the face is turned, whichever way; bins without faces are left out. */
export function errorByYaw(faces: readonly { readonly yaw: number; readonly error: number }[]): YawBin[] {
  const errors = new Map<number, number[]>();
  for (const { yaw, error } of faces) {
    const from = Math.min(LAST_BIN, Math.floor(Math.abs(yaw) / BIN) * BIN);
    errors.set(from, [...(errors.get(from) ?? []), error]);
  }
  return [...errors]
    .sort(([a], [b]) => a - b)
    .map(([from, own]) => ({ from, faces: own.length, meanError: own.reduce((a, b) => a + b, 0) / own.length }));
}
