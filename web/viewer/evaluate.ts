/** The errors of an item's points, computed as scoring computes them, from what the API gives. */
import type { Point } from '../../domain/geometry.ts';
import { type LayoutId, layoutOf } from '../../domain/layouts.ts';
import { evaluateFace, truthInLayout } from '../../domain/metrics/face.ts';
import { pairFaces, truthBox } from '../../domain/metrics/pairing.ts';
import type { FaceDetail, ItemDetail } from '../api/operations.generated.ts';

export interface ViewedPoint {
  readonly index: number;
  readonly name: string;
  readonly predicted: Point;
  /** In the model's layout; null without truth. */
  readonly truth: Point | null;
  /** (|dx| + |dy|) / 2, pixels: what MAE is the mean of. */
  readonly errorPx: number | null;
}

export interface ViewedFace {
  readonly face: FaceDetail;
  readonly points: readonly ViewedPoint[];
}

export interface ViewedItem {
  readonly faces: readonly ViewedFace[];
  /** Points of truths that no face answers, in their own layouts. */
  readonly missed: readonly (readonly Point[])[];
}

export function viewItem(item: Pick<ItemDetail, 'faces' | 'truths'>, layout: string): ViewedItem {
  const truths = item.truths.flatMap((one) => (one.keypoints ? [{ ...one, keypoints: one.keypoints }] : []));
  const given = item.faces.length === 1 && item.faces[0]!.boxSource !== 'DETECTED';
  const pairs = given
    ? truths.slice(0, 1).map((_, i): [number, number] => [i, 0])
    : pairFaces(
        truths.map(truthBox),
        item.faces.map(({ box }) => box),
      ).pairs;
  const truthOf = new Map(pairs.map(([truth, face]) => [face, truths[truth]!]));
  const used = new Set(pairs.map(([truth]) => truth));
  return {
    faces: item.faces.map((face, index) => ({ face, points: pointsOf(face.keypoints, truthOf.get(index), layout) })),
    missed: truths.filter((_, index) => !used.has(index)).map(({ keypoints }) => keypoints),
  };
}

type Truth = { readonly keypoints: readonly Point[]; readonly layout: string | null };

function pointsOf(predicted: readonly Point[], truth: Truth | undefined, layout: string): ViewedPoint[] {
  const id = layout as LayoutId;
  const known = truth && { keypoints: truth.keypoints, layout: truth.layout as LayoutId | null };
  const expected = known ? truthInLayout(known, id, predicted.length) : null;
  const errors = known ? evaluateFace(predicted, known, id) : null;
  const { names } = layoutOf(id, predicted.length);
  return predicted.map((point, index) => ({
    index,
    name: names[index] ?? String(index),
    predicted: point,
    truth: expected?.[index] ?? null,
    errorPx: errors ? errors.absMicroPx[index]! / 2e6 : null,
  }));
}
