/** A network's answers in the order of a test file: what the class's Kaggle submission is made of. */
import type { Point, Size } from '../../domain/geometry.ts';
import { truthInLayout } from '../../domain/metrics/index.ts';
import type { ModelCard } from '../../domain/modelCard.ts';
import type { Predictor } from '../../inference/predictor.ts';
import type { Sample } from '../data/sample.ts';
import { kaggleMae } from '../kaggle.ts';
import { GIVEN, itemsOf } from './checkFaces.ts';

export interface SubmissionAnswer {
  readonly sample: Sample;
  /** [K][2], pixels of the image; null where it could not be scored. */
  readonly keypoints: readonly Point[] | null;
  /** Null where the header could not be read. */
  readonly size: Size | null;
  /** Why there is no answer. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** In the order of the samples, labelled or not; each at its given box, or as a whole image where the model takes those. */
export async function submissionAnswers(
  predictor: Predictor,
  { crop }: Pick<ModelCard, 'crop'>,
  samples: readonly Sample[],
  signal?: AbortSignal,
): Promise<SubmissionAnswer[]> {
  const placement = crop === 'whole' ? ({ rule: 'whole' } as const) : GIVEN;
  const items = itemsOf(
    samples.map((sample) => [sample]),
    placement,
  );
  const answers: SubmissionAnswer[] = [];
  for await (const { id, size, faces, error } of predictor.predict(items, signal ? { signal } : {})) {
    answers.push({ sample: id[0]!, keypoints: faces[0]?.keypoints ?? null, size, error });
  }
  return answers;
}

/** Kaggle's MAE over the faces that are labelled, with how many they are; null where none is, as in a test set without parts. */
export function submissionMae(
  answers: readonly SubmissionAnswer[],
  { layout, points }: Pick<ModelCard, 'layout' | 'points'>,
): { readonly faces: number; readonly maePx: number } | null {
  const pairs = answers.flatMap(({ sample, keypoints }) => {
    const truth =
      sample.keypoints && truthInLayout({ keypoints: sample.keypoints, layout: sample.layout }, layout, points);
    return truth && keypoints ? [{ truth, keypoints }] : [];
  });
  if (pairs.length === 0) return null;
  const maePx = kaggleMae(
    pairs.map(({ keypoints }) => keypoints),
    pairs.map(({ truth }) => truth),
  );
  return { faces: pairs.length, maePx };
}

export interface Spread {
  readonly smallest: number;
  readonly median: number;
  readonly largest: number;
}

export interface ImagesSaid {
  readonly images: number;
  /** Longer sides of the images, pixels. */
  readonly imagePx: Spread;
  /** Longer sides of the faces' boxes, pixels; null where none has one. */
  readonly facePx: Spread | null;
}

/** What an MAE in pixels is measured on: it grows with the images, and means nothing without their size. */
export function imagesOf(answers: readonly SubmissionAnswer[]): ImagesSaid | null {
  const sizes = answers.flatMap(({ size }) => (size ? [Math.max(size.width, size.height)] : []));
  const boxes = answers.flatMap(({ sample: { box } }) => (box ? [Math.max(box.width, box.height)] : []));
  const imagePx = spread(sizes);
  return imagePx && { images: new Set(answers.map(({ sample }) => sample.image)).size, imagePx, facePx: spread(boxes) };
}

function spread(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  return { smallest: sorted[0]!, median: sorted[sorted.length >> 1]!, largest: sorted.at(-1)! };
}
