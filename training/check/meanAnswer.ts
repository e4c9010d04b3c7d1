/** The answer that needs no network: where the points of the training faces are on average, in their images. */
import type { Point, Size } from '../../domain/geometry.ts';
import type { LayoutId } from '../../domain/layouts.ts';
import { evaluateFace } from '../../domain/metrics/index.ts';
import type { Sample } from '../data/sample.ts';

export interface Placed {
  readonly sample: Sample;
  /** Of the image as displayed. */
  readonly size: Size;
}

/** [K][2] in fractions of width and height: images of two sizes have one mean. */
export function meanPosition(faces: readonly Placed[]): Point[] {
  const [first] = faces;
  if (!first?.sample.keypoints) throw new RangeError('Expected labelled faces, got none');
  return first.sample.keypoints.map((_, k): Point => {
    let [x, y] = [0, 0];
    for (const { sample, size } of faces) {
      x += sample.keypoints![k]![0] / size.width;
      y += sample.keypoints![k]![1] / size.height;
    }
    return [x / faces.length, y / faces.length];
  });
}

/** MAE of that answer for one face, pixels of its image. */
export function meanAnswerMaePx(mean: readonly Point[], { sample, size }: Placed, layout: LayoutId): number {
  const answer = mean.map(([x, y]): Point => [x * size.width, y * size.height]);
  return evaluateFace(answer, { keypoints: sample.keypoints!, layout: sample.layout }, layout)!.maePx;
}
