/** Which detection answers for which face of the ground truth. */
import { type Box, boundingBox, iou, type Point } from '../geometry.ts';

/** Below this overlap a detection is not of that face. */
export const MIN_PAIR_IOU = 0.3;

export interface Pairing {
  /** [truth index, detection index], best overlap first. */
  readonly pairs: readonly (readonly [truth: number, detection: number])[];
  readonly missed: readonly number[];
  readonly extra: readonly number[];
}

/** The box that stands for a face of the truth: the one given, or the bounds of its points. */
export function truthBox(truth: { readonly box: Box | null; readonly keypoints: readonly Point[] | null }): Box | null {
  if (truth.box) return truth.box;
  return truth.keypoints && truth.keypoints.length > 2 ? boundingBox(truth.keypoints) : null;
}

/** Greedy by IoU, each used once; ties by the lower indices, so that the result depends on nothing else. */
export function pairFaces(truths: readonly (Box | null)[], detections: readonly Box[]): Pairing {
  const candidates: { overlap: number; truth: number; detection: number }[] = [];
  truths.forEach((box, truth) => {
    if (!box) return;
    detections.forEach((other, detection) => {
      const overlap = iou(box, other);
      if (overlap >= MIN_PAIR_IOU) candidates.push({ overlap, truth, detection });
    });
  });
  candidates.sort((a, b) => b.overlap - a.overlap || a.truth - b.truth || a.detection - b.detection);
  const pairs: [number, number][] = [];
  const usedTruths = new Set<number>();
  const usedDetections = new Set<number>();
  for (const { truth, detection } of candidates) {
    if (usedTruths.has(truth) || usedDetections.has(detection)) continue;
    usedTruths.add(truth);
    usedDetections.add(detection);
    pairs.push([truth, detection]);
  }
  const rest = (count: number, used: ReadonlySet<number>) =>
    Array.from({ length: count }, (_, i) => i).filter((i) => !used.has(i));
  return { pairs, missed: rest(truths.length, usedTruths), extra: rest(detections.length, usedDetections) };
}
