/** Errors of one face: predicted keypoints against ground truth, both in pixels of the image as displayed. */
import { boundingBox, distance, type Point } from '../geometry.ts';
import { guessLayout, type KeypointLayout, LAYOUTS, type LayoutId, NOSE_POINT } from '../layouts.ts';

/**
 * What errors are divided by, from the truth's own points:
 * `interOcular`: the outer corners of the eyes (300-W); `interPupil`: the centres of the eyes;
 * `faceSize`: the square root of the area of the box around all points.
 */
export const NORMALISERS = ['interOcular', 'interPupil', 'faceSize'] as const;
export type Normaliser = (typeof NORMALISERS)[number];

export interface TruthKeypoints {
  readonly keypoints: readonly Point[];
  /** The truth's own; null to tell it by the number of points. */
  readonly layout: LayoutId | null;
}

export interface FaceErrors {
  /** sum(|dx| + |dy|) / 2K, pixels, as Kaggle's class does. */
  readonly maePx: number;
  /** Mean distance over a normaliser, as fractions; only the normalisers that the truth has. */
  readonly nme: Readonly<Partial<Record<Normaliser, number>>>;
  /** (|dx| + |dy|) of each point in 1e-6 px, integers. [K] */
  readonly absMicroPx: readonly number[];
  /** Distance of each point, pixels. [K] */
  readonly distancePx: readonly number[];
}

export const MICRO = 1e6;

/**
 * The truth's points in the model's layout: itself where the layouts agree, its nose where the model knows only that.
 * Null where there is no correspondence.
 */
export function truthInLayout(truth: TruthKeypoints, model: LayoutId, points: number): readonly Point[] | null {
  const layout = truth.layout ?? guessLayout(truth.keypoints.length);
  if (model === layout) return truth.keypoints.length === points ? truth.keypoints : null;
  if (model === 'nose1') {
    const nose = truth.keypoints[NOSE_POINT[layout] ?? -1];
    return nose ? [nose] : null;
  }
  return null;
}

/** Pixels; null where the layout lacks those points or they coincide. */
export function normaliserPx(truth: TruthKeypoints, normaliser: Normaliser): number | null {
  const { keypoints } = truth;
  const id = truth.layout ?? guessLayout(keypoints.length);
  const layout: KeypointLayout | null = id === 'points' ? null : LAYOUTS[id];
  let px: number | null = null;
  if (normaliser === 'faceSize' && keypoints.length > 2) {
    const box = boundingBox(keypoints);
    px = Math.sqrt(box.width * box.height);
  } else if (normaliser === 'interOcular' && layout?.outerEyeCorners) {
    const [right, left] = layout.outerEyeCorners;
    px = between(keypoints[right], keypoints[left]);
  } else if (normaliser === 'interPupil' && layout?.pupils) {
    const [right, left] = layout.pupils;
    px = between(meanPoint(right.map((i) => keypoints[i]!)), meanPoint(left.map((i) => keypoints[i]!)));
  }
  return px !== null && px > 0 ? px : null;
}

function between(a: Point | undefined, b: Point | undefined): number | null {
  return a && b ? distance(a, b) : null;
}

function meanPoint(points: readonly Point[]): Point {
  const n = points.length;
  return [points.reduce((sum, p) => sum + p[0], 0) / n, points.reduce((sum, p) => sum + p[1], 0) / n];
}

/** Null where truth and prediction have no point in common. `predicted` is [K][2] in the layout `model`. */
export function evaluateFace(predicted: readonly Point[], truth: TruthKeypoints, model: LayoutId): FaceErrors | null {
  const expected = truthInLayout(truth, model, predicted.length);
  if (!expected) return null;
  const absMicroPx = expected.map(([x, y], i) => {
    const [px, py] = predicted[i]!;
    return Math.round((Math.abs(px - x) + Math.abs(py - y)) * MICRO);
  });
  const distancePx = expected.map((point, i) => distance(predicted[i]!, point));
  const meanPx = distancePx.reduce((sum, d) => sum + d, 0) / distancePx.length;
  const nme: Partial<Record<Normaliser, number>> = {};
  for (const normaliser of NORMALISERS) {
    const px = normaliserPx(truth, normaliser);
    if (px !== null) nme[normaliser] = meanPx / px;
  }
  const total = absMicroPx.reduce((sum, micro) => sum + micro, 0);
  return { maePx: total / (2 * absMicroPx.length) / MICRO, nme, absMicroPx, distancePx };
}
