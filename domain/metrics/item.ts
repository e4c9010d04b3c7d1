/** Evaluation of one item: its faces against its truths. */
import type { LayoutId } from '../layouts.ts';
import type { Face, Prediction, TruthFace } from '../records.ts';
import { evaluateFace, type FaceErrors } from './face.ts';
import { pairFaces, truthBox } from './pairing.ts';

export interface FaceEvaluation {
  readonly truth: number;
  readonly face: number;
  readonly errors: FaceErrors;
}

export interface ItemEvaluation {
  readonly evaluated: readonly FaceEvaluation[];
  /** Indices of truths that no face answers: an infinite error each. */
  readonly missed: readonly number[];
  /** Faces found that answer no truth. Not an error: the truth may name one face of many. */
  readonly extra: number;
}

/**
 * A truth without keypoints in a layout that compares with the model's is left out. Where the box was given or the
 * image taken whole, the one face answers the one truth; where faces were detected, they are paired by IoU.
 */
export function evaluateItem(prediction: Prediction, truths: readonly TruthFace[], model: LayoutId): ItemEvaluation {
  const comparable = truths.flatMap((truth, index) => (truth.keypoints ? [{ truth, index }] : []));
  const { faces } = prediction;
  const detected = faces.length !== 1 || faces[0]!.boxSource === 'detected';
  const pairing = detected
    ? pairFaces(
        comparable.map(({ truth }) => truthBox(truth)),
        faces.map((face) => face.box),
      )
    : {
        pairs: comparable.slice(0, 1).map((): [number, number] => [0, 0]),
        missed: restOf(comparable.length),
        extra: [],
      };
  const evaluated: FaceEvaluation[] = [];
  for (const [t, face] of pairing.pairs) {
    const { truth, index } = comparable[t]!;
    const errors = evaluateFace(faces[face]!.keypoints, { keypoints: truth.keypoints!, layout: truth.layout }, model);
    if (errors) evaluated.push({ truth: index, face, errors });
  }
  return { evaluated, missed: pairing.missed.map((t) => comparable[t]!.index), extra: pairing.extra.length };
}

function restOf(count: number): number[] {
  return Array.from({ length: Math.max(0, count - 1) }, (_, i) => i + 1);
}

/** The prediction with each evaluated face's `maePx` and `nme` filled in. */
export function withErrors(prediction: Prediction, evaluation: ItemEvaluation): Prediction {
  const faces: Face[] = prediction.faces.map((face) => ({ ...face, maePx: null, nme: null }));
  for (const { face, errors } of evaluation.evaluated) {
    faces[face] = { ...faces[face]!, maePx: errors.maePx, nme: { ...errors.nme } as Record<string, number> };
  }
  return { ...prediction, faces };
}
