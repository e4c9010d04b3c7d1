/** A model that finds a face by hashing the image's bytes. */
import { createHash } from 'node:crypto';
import type { PlanItem, Prediction } from '../../domain/records.ts';

/** A face whose points follow from the bytes alone. "bad" in the bytes: not an image. */
export function fakePrediction(
  { item, bytes }: { readonly item: Pick<PlanItem, 'key'>; readonly bytes: Buffer },
  points = 68,
): Prediction {
  if (bytes.includes('bad')) {
    const error = { code: 'NOT_AN_IMAGE' as const, message: 'expected an image' };
    return { key: item.key, outcome: 'failed', width: null, height: null, error, faces: [] };
  }
  const digest = createHash('sha256').update(bytes).digest();
  const keypoints = Array.from({ length: points }, (_, i): [number, number] => [
    100 + i + digest[i % 32]! / 97,
    100 + (i % 9) * 7 + digest[(i + 7) % 32]! / 89,
  ]);
  const box = { left: 90, top: 90, width: 100, height: 100 };
  return {
    key: item.key,
    outcome: 'scored',
    width: 640,
    height: 480,
    error: null,
    faces: [{ box, boxSource: 'whole', keypoints, score: null, maePx: null, nme: null }],
  };
}
