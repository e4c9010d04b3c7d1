/** Pictures of predictions with their captions: the best and worst of a test, and one's own photos. */
import { readFile } from 'node:fs/promises';
import { type Box, boundingBox, type Point, squareAround } from '../../domain/geometry.ts';
import { layoutOf } from '../../domain/layouts.ts';
import { truthInLayout } from '../../domain/metrics/index.ts';
import type { ModelCard } from '../../domain/modelCard.ts';
import type { CropRule } from '../../domain/records.ts';
import { drawOverlay } from '../../imaging/overlay.ts';
import type { Predictor } from '../../inference/predictor.ts';
import type { CheckedFace } from '../check/checkFaces.ts';
import type { Evidence } from './evidence.ts';
import { evidenceText, standingOut } from './reasons.ts';
import type { ReportedFace } from './testFaces.ts';

export interface CaptionedPicture {
  /** JPEG; null where there is nothing to show. */
  readonly picture: Buffer | null;
  readonly title: string;
  /** A line each. */
  readonly lines: readonly string[];
}

const TILE = 320;
const PHOTO = 640;

/** What faces are ordered by: NME where the labels have eyes, pixels otherwise. */
export function errorOf({ nme, maePx }: ReportedFace): number | null {
  return nme ?? maePx;
}

/** The `each` best and, worst first, the `each` worst of the faces that were answered. */
export function bestAndWorst(
  faces: readonly ReportedFace[],
  each: number,
): { best: ReportedFace[]; worst: ReportedFace[] } {
  const sorted = faces.filter((face) => errorOf(face) !== null).sort((a, b) => errorOf(a)! - errorOf(b)!);
  const count = Math.min(each, Math.floor(sorted.length / 2));
  return { best: sorted.slice(0, count), worst: sorted.slice(sorted.length - count).reverse() };
}

/** Prediction in green, truth in orange; the reason as evidence: what of the measured stands out in this set. */
export async function facePicture(
  face: ReportedFace,
  all: readonly Evidence[],
  card: ModelCard,
): Promise<CaptionedPicture> {
  const { sample, keypoints, maePx, nme, evidence } = face;
  const truth = truthOf(face, card);
  const reasons = standingOut(evidence, all);
  const region = regionOf([...truth, ...(keypoints ?? [])], card);
  const picture = await drawOverlay(
    await readFile(sample.image),
    [{ keypoints, layout: layoutOf(card.layout, card.points), truth, truthLayout: null }],
    { maxSide: TILE, ...(region ? { region } : {}) },
  );
  return {
    picture,
    title: sample.key,
    lines: [
      `MAE ${maePx?.toFixed(1) ?? '-'} px${nme === null ? '' : `, NME ${(nme * 100).toFixed(1)} %`}`,
      reasons.length > 0 ? reasons.join('; ') : 'nothing measured stands out',
      `measured: ${evidenceText(evidence)}`,
    ],
  };
}

/** The points that the network was to find; none where the labels do not have them. */
export function truthOf(
  { sample: { keypoints, layout } }: Pick<CheckedFace, 'sample'>,
  card: ModelCard,
): readonly Point[] {
  return (keypoints && truthInLayout({ keypoints, layout }, card.layout, card.points)) ?? [];
}

/** What of the image to show; null: all of it, since a point or two say nothing about a face's extent. */
export function regionOf(points: readonly Point[], { points: count }: ModelCard): Box | null {
  return count > 2 && points.length > 0 ? squareAround(boundingBox(points), 1.5) : null;
}

export interface OwnPhoto {
  readonly path: string;
  readonly key: string;
}

/** One's own photos with what the network finds in them; where an image can't be read, the reason. */
export async function ownPictures(
  predictor: Predictor,
  card: ModelCard,
  photos: readonly OwnPhoto[],
  signal: AbortSignal,
): Promise<CaptionedPicture[]> {
  const cropRule: CropRule = card.crop === 'whole' ? 'whole' : 'detect';
  const pictures: CaptionedPicture[] = [];
  for await (const { id, faces, error } of predictor.predict(items(photos, cropRule), { signal })) {
    const layout = layoutOf(card.layout, card.points);
    const drawn = faces.map(({ box, keypoints }) => ({ box: cropRule === 'whole' ? null : box, keypoints, layout }));
    const found =
      cropRule === 'whole'
        ? 'the whole image is one face'
        : `${faces.length} ${faces.length === 1 ? 'face' : 'faces'} found`;
    pictures.push({
      picture: error ? null : await drawOverlay(await readFile(id.path), drawn, { maxSide: PHOTO }),
      title: id.key,
      lines: [error ? `${error.code}: ${error.message}` : found],
    });
  }
  return pictures;
}

async function* items(photos: readonly OwnPhoto[], cropRule: CropRule) {
  for (const id of photos) yield { id, bytes: () => readFile(id.path), box: null, cropRule };
}
