/** A model package on labelled faces, through the predictor that scoring runs. */
import { readFile } from 'node:fs/promises';
import { type Point, shiftBox } from '../../domain/geometry.ts';
import { evaluateItem, type FaceErrors } from '../../domain/metrics/index.ts';
import type { ModelCard } from '../../domain/modelCard.ts';
import type { CropRule, TruthFace } from '../../domain/records.ts';
import { type Predictor, type PredictorItem, toPrediction } from '../../inference/predictor.ts';
import type { Sample } from '../data/sample.ts';

/** Where the network is told to look. `dx`, `dy`: sides of the given box, by which it is moved. */
export type Placement =
  | { readonly rule: 'box'; readonly dx: number; readonly dy: number }
  | { readonly rule: 'detect' | 'whole' };

export const GIVEN: Placement = { rule: 'box', dx: 0, dy: 0 };

/** The given box moved by `by` of its sides to the right, down, left and up. */
export function shifted(by: number): Placement[] {
  return [
    { rule: 'box', dx: by, dy: 0 },
    { rule: 'box', dx: 0, dy: by },
    { rule: 'box', dx: -by, dy: 0 },
    { rule: 'box', dx: 0, dy: -by },
  ];
}

export interface CheckedFace {
  readonly sample: Sample;
  /** [K][2], pixels of the image; null where the face was missed. */
  readonly keypoints: readonly Point[] | null;
  /** Null where the face was missed. */
  readonly errors: FaceErrors | null;
}

export interface Checked {
  /** In the order of the samples, those without points left out. */
  readonly faces: readonly CheckedFace[];
  /** Faces found that no label answers. */
  readonly extra: number;
  /** Images without an answer, with the reason. Their faces count as missed. */
  readonly failed: readonly { readonly key: string; readonly code: string; readonly message: string }[];
}

export interface CheckOptions {
  readonly signal?: AbortSignal;
  readonly onFace?: (done: number) => void;
}

/** One item a face; with `detect` one an image, since all its faces are found at once. Throws as `Predictor.predict`. */
export async function checkFaces(
  predictor: Predictor,
  { layout }: Pick<ModelCard, 'layout'>,
  samples: readonly Sample[],
  placement: Placement,
  options: CheckOptions = {},
): Promise<Checked> {
  const labelled = samples.filter(({ keypoints }) => keypoints !== null);
  const items = placement.rule === 'detect' ? byImage(labelled) : labelled.map((sample) => [sample]);
  const results = new Map<Sample, CheckedFace>();
  const failed: Checked['failed'][number][] = [];
  let extra = 0;
  const { onFace, ...signal } = options;
  for await (const predicted of predictor.predict(itemsOf(items, placement), signal)) {
    const { id, error } = predicted;
    const evaluation = evaluateItem(toPrediction(id[0]!.key, predicted), id.map(truthOf), layout);
    for (const sample of id) results.set(sample, { sample, keypoints: null, errors: null });
    for (const { truth, face, errors } of evaluation.evaluated) {
      const sample = id[truth]!;
      results.set(sample, { sample, keypoints: predicted.faces[face]!.keypoints, errors });
    }
    extra += evaluation.extra;
    if (error) failed.push({ key: id[0]!.key, ...error });
    onFace?.(results.size);
  }
  return { faces: labelled.map((sample) => results.get(sample)!), extra, failed };
}

export async function* itemsOf(
  items: readonly (readonly Sample[])[],
  placement: Placement,
): AsyncGenerator<PredictorItem<readonly Sample[]>> {
  const cropRule: CropRule = placement.rule;
  for (const id of items) {
    const { image, box } = id[0]!;
    const moved = box && placement.rule === 'box' ? shiftBox(box, placement.dx, placement.dy) : null;
    yield { id, bytes: () => readFile(image), box: moved, cropRule };
  }
}

export function byImage(samples: readonly Sample[]): Sample[][] {
  const images = new Map<string, Sample[]>();
  for (const sample of samples) {
    const there = images.get(sample.image);
    if (there) there.push(sample);
    else images.set(sample.image, [sample]);
  }
  return [...images.values()];
}

export function truthOf({ box, keypoints, layout, group }: Sample): TruthFace {
  return { box, keypoints: keypoints && [...keypoints], layout, group };
}
