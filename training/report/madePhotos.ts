/**
 * The two kinds of photo that a report should show and that no one may ship: a person in a mask, and a screen that was
 * photographed. They are made from a rendered face instead, whose points are known, so that their errors can be stated.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Box, boundingBox, type Point } from '../../domain/geometry.ts';
import { type LayoutId, layoutOf } from '../../domain/layouts.ts';
import type { ModelCard } from '../../domain/modelCard.ts';
import { drawOverlay } from '../../imaging/overlay.ts';
import type { Predictor } from '../../inference/predictor.ts';
import { checkFaces, GIVEN } from '../check/checkFaces.ts';
import type { Sample } from '../data/sample.ts';
import { maskedFace } from '../synthetic/maskedFace.ts';
import { photographedScreen } from '../synthetic/photographedScreen.ts';
import { type RenderedFace, renderFace } from '../synthetic/renderFace.ts';
import { type CaptionedPicture, truthOf } from './facePictures.ts';

interface MadePhoto {
  readonly sample: Sample;
  readonly bytes: Buffer;
  /** How it was made. */
  readonly made: string;
}

const SEED = 5;
const SIZE = { width: 640, height: 480 };
const PHOTO = 640;

/** `folder` must exist. Prediction in green, the points that were rendered in orange; captions say how each was made. */
export async function madePictures(
  predictor: Predictor,
  card: ModelCard,
  folder: string,
  signal: AbortSignal,
): Promise<CaptionedPicture[]> {
  const photos = await madePhotos(card, folder);
  const placement = card.crop === 'whole' ? ({ rule: 'whole' } as const) : GIVEN;
  const samples = photos.map(({ sample }) => sample);
  const { faces } = await checkFaces(predictor, card, samples, placement, { signal });
  const layout = layoutOf(card.layout, card.points);
  return await Promise.all(
    photos.map(async ({ sample, bytes, made }, i): Promise<CaptionedPicture> => {
      const { keypoints, errors } = faces[i]!;
      const truth = truthOf({ sample }, card);
      const picture = await drawOverlay(bytes, [{ keypoints, layout, truth, truthLayout: null }], { maxSide: PHOTO });
      const nme = errors?.nme.interOcular;
      const error = errors ? `MAE ${errors.maePx.toFixed(1)} px` : 'no answer';
      return {
        picture,
        title: sample.key,
        lines: [made, `${error}${nme === undefined ? '' : `, NME ${(nme * 100).toFixed(1)} %`}`],
      };
    }),
  );
}

async function madePhotos({ layout }: Pick<ModelCard, 'layout'>, folder: string): Promise<MadePhoto[]> {
  const face = await renderFace(SEED, {
    size: SIZE,
    faceShare: [0.55, 0.55],
    overrides: { pose: { yaw: 6, pitch: 0, roll: 2 }, occluder: 'none' },
  });
  const { bytes, keypoints, keypoints58, box } = face;
  const screen = await photographedScreen(bytes, [...keypoints, ...keypoints58]);
  const onScreen = screen.keypoints.slice(0, keypoints.length);
  const plain = { bytes, keypoints, keypoints58, box };
  const made = [
    ['plain', plain, 'a rendered face as it is, for comparison'],
    ['mask', { ...plain, bytes: await maskedFace(bytes, keypoints) }, 'made: a mask drawn on the rendered face'],
    [
      'screen',
      {
        bytes: screen.bytes,
        keypoints: onScreen,
        keypoints58: screen.keypoints.slice(keypoints.length),
        box: movedBox(box, keypoints, onScreen),
      },
      'made: the rendered face photographed from a screen, with its moiré, glare and bezel',
    ],
  ] as const;
  return await Promise.all(
    made.map(async ([key, shown, how]) => ({
      sample: await sampleOf(folder, key, shown, layout),
      bytes: shown.bytes,
      made: how,
    })),
  );
}

type Shown = Pick<RenderedFace, 'bytes' | 'keypoints' | 'keypoints58' | 'box'>;

async function sampleOf(folder: string, key: string, shown: Shown, model: LayoutId): Promise<Sample> {
  const image = join(folder, `made-${key}`);
  await writeFile(image, shown.bytes);
  const labels =
    model === 'imm58'
      ? ({ keypoints: shown.keypoints58, layout: 'imm58' } as const)
      : ({ keypoints: shown.keypoints, layout: 'ibug68' } as const);
  const { box } = shown;
  return { image, key, size: SIZE, box, ...labels, labelled: null, group: key, source: 'made', givenPart: null };
}

/** The box that lies about `to` as `box` lies about `from`. */
function movedBox(box: Box, from: readonly Point[], to: readonly Point[]): Box {
  const [before, after] = [boundingBox(from), boundingBox(to)];
  const factor = after.width / before.width;
  const { left, top, width, height } = box;
  return {
    left: after.left + (left - before.left) * factor,
    top: after.top + (top - before.top) * factor,
    width: width * factor,
    height: height * factor,
  };
}
