/** A model on data sets: with given, detected and shifted boxes, by set and by part of a set. */
import type { ModelCard } from '../../domain/modelCard.ts';
import type { Predictor } from '../../inference/predictor.ts';
import { boxKnowsPoints } from '../data/boxes.ts';
import { imageDigests } from '../data/digests.ts';
import type { Dataset, Sample } from '../data/sample.ts';
import { type Part, samplesOf, splitByHash } from '../data/split.ts';
import { type CheckedFace, type CheckOptions, checkFaces, GIVEN, type Placement, shifted } from './checkFaces.ts';
import { bySource, innerNme, metricsOfFaces } from './figures.ts';

/** One way of telling the network where the faces are; several placements count as one set of answers. */
export interface Setting {
  readonly name: string;
  readonly placements: readonly Placement[];
}

export interface CheckRow {
  /** Name of the data set, or of a part of it. */
  readonly set: string;
  readonly setting: string;
  readonly n: number;
  readonly missed: number;
  readonly maePx: number | null;
  /** By the outer eye corners, a fraction, over the faces that were answered. */
  readonly nme: number | null;
  readonly aucAt8: number | null;
  readonly failureRateAt10: number | null;
  /** Over the 51 points without the jaw; null where the layout is another. */
  readonly innerNme: number | null;
  /** Without the faces whose box was made from their points. */
  readonly unknown: { readonly n: number; readonly missed: number; readonly nme: number | null };
}

export function settingsOf(
  { crop }: Pick<ModelCard, 'crop'>,
  wanted: { readonly detect: boolean; readonly shifts: readonly number[] },
): Setting[] {
  if (crop === 'whole') return [{ name: 'whole', placements: [{ rule: 'whole' }] }];
  return [
    { name: 'given', placements: [GIVEN] },
    ...(wanted.detect ? [{ name: 'detected', placements: [{ rule: 'detect' } as const] }] : []),
    ...wanted.shifts.map((by) => ({ name: `shifted ${Number((by * 100).toFixed(2))} %`, placements: shifted(by) })),
  ];
}

/** Labelled faces of one part, by the split of face68 and resnet18; `all`: every labelled face. */
export async function partOf({ samples }: Dataset, part: Part | 'all'): Promise<Sample[]> {
  const labelled = samples.filter(({ keypoints }) => keypoints !== null);
  if (part === 'all') return labelled;
  const split = splitByHash(labelled, { digests: await imageDigests(labelled) });
  return samplesOf(labelled, split, part);
}

/** A row for each source of the set, and one for them together where there are several. */
export async function checkSetting(
  predictor: Predictor,
  card: ModelCard,
  set: string,
  samples: readonly Sample[],
  setting: Setting,
  options: CheckOptions = {},
): Promise<CheckRow[]> {
  const faces: CheckedFace[] = [];
  for (const placement of setting.placements) {
    faces.push(...(await checkFaces(predictor, card, samples, placement, options)).faces);
  }
  const row = rowOf(card, setting.name);
  const sources = bySource(faces);
  const parts = [...sources].map(([source, own]) => row(source, own));
  return sources.size === 1 ? parts : [...parts, row(set, faces)];
}

function rowOf({ layout, points }: ModelCard, setting: string) {
  return (set: string, faces: readonly CheckedFace[]): CheckRow => {
    const { n, missed, maePx, nme, aucAt8, failureRateAt10 } = metricsOfFaces(faces, layout, points);
    const unknown = metricsOfFaces(
      faces.filter(({ sample }) => !boxKnowsPoints(sample)),
      layout,
      points,
    );
    return {
      ...{ set, setting, n, missed, maePx, nme: nme.interOcular ?? null, aucAt8, failureRateAt10 },
      innerNme: innerNme(faces, layout),
      unknown: { n: unknown.n, missed: unknown.missed, nme: unknown.nme.interOcular ?? null },
    };
  };
}
