/** The same few faces as several networks answer them, so that their pictures compare. */
import { readFile } from 'node:fs/promises';
import { layoutOf } from '../../domain/layouts.ts';
import type { ModelCard } from '../../domain/modelCard.ts';
import { drawOverlay } from '../../imaging/overlay.ts';
import type { ModelPackage } from '../../inference/package.ts';
import { createPredictor } from '../../inference/predictor.ts';
import { type CheckedFace, checkFaces, GIVEN } from '../check/checkFaces.ts';
import type { Sample } from '../data/sample.ts';
import { regionOf, truthOf } from './facePictures.ts';

export interface FacePicture {
  /** PNG. */
  readonly picture: Buffer;
  readonly key: string;
  readonly maePx: number | null;
}

/** The first and the last of a test set: where it has several data sets, of different ones. */
export function twoOf(samples: readonly Sample[]): Sample[] {
  const labelled = samples.filter(({ keypoints }) => keypoints !== null);
  return labelled.length < 2 ? labelled : [labelled[0]!, labelled.at(-1)!];
}

/** In the order of the samples: prediction in green, label in orange. `side`: the picture's longer side, pixels. */
export async function sameFaces(
  model: ModelPackage,
  samples: readonly Sample[],
  { side, signal }: { readonly side: number; readonly signal: AbortSignal },
): Promise<FacePicture[]> {
  const { card } = model;
  const predictor = await createPredictor(model);
  const placement = card.crop === 'whole' ? ({ rule: 'whole' } as const) : GIVEN;
  const { faces } = await checkFaces(predictor, card, samples, placement, { signal }).finally(() => predictor.close());
  return await Promise.all(faces.map((face) => pictureOf(face, card, side)));
}

async function pictureOf(face: CheckedFace, card: ModelCard, side: number): Promise<FacePicture> {
  const { sample, keypoints, errors } = face;
  const truth = truthOf(face, card);
  const region = regionOf([...truth, ...(keypoints ?? [])], card);
  const picture = await drawOverlay(
    await readFile(sample.image),
    [{ keypoints, layout: layoutOf(card.layout, card.points), truth, truthLayout: null }],
    { maxSide: side, format: 'png', ...(region ? { region } : {}) },
  );
  return { picture, key: sample.key, maePx: errors?.maePx ?? null };
}
