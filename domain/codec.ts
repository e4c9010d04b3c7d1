/**
 * The one codec: the object that makes the training targets decodes the predictions.
 *
 * Pixels of the image as displayed <-> crop units, where (0, 0) and (1, 1) are the outer corners of the crop as the
 * network sees it. Points outside the crop have units below 0 or above 1 and are kept.
 */
import { applyToAll, invertTransform, type Point, type Size, type Transform } from './geometry.ts';

export interface Codec {
  readonly name: 'crop-units';
  /** `imageToCrop` takes image pixels to pixels of the network's input of `input` size. Gives `[K][2]` in crop units. */
  encode(keypoints: readonly Point[], imageToCrop: Transform, input: Size): Point[];
  /** `units` is `[K * 2]`, x before y, as the network gives it. Gives `[K][2]` in pixels of the image. */
  decode(units: ArrayLike<number>, imageToCrop: Transform, input: Size): Point[];
}

export const cropUnits: Codec = {
  name: 'crop-units',
  encode: (keypoints, imageToCrop, { width, height }) =>
    applyToAll(imageToCrop, keypoints).map(([x, y]) => [x / width, y / height]),
  decode: (units, imageToCrop, { width, height }) => {
    const points: Point[] = [];
    for (let i = 0; i + 1 < units.length; i += 2) points.push([units[i]! * width, units[i + 1]! * height]);
    return applyToAll(invertTransform(imageToCrop), points);
  },
};

export const CODECS = { 'crop-units': cropUnits } as const;
