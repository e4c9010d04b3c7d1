/**
 * What can be measured about a face beside its error: evidence for a reason, not the reason itself. All from the
 * labels and the pixels of one cut-out of fixed size, so that faces of any resolution compare.
 */
import {
  applyTransform,
  boundingBox,
  type Point,
  scaleBox,
  squareAround,
  type Transform,
} from '../../domain/geometry.ts';
import type { LayoutId } from '../../domain/layouts.ts';
import type { CropSpec } from '../../domain/modelCard.ts';
import { cutOut } from '../data/cutOut.ts';
import type { Sample } from '../data/sample.ts';
import { type Pixels, shareUnlikeSkin, skinColour } from './skin.ts';
import { type FaceFrame, faceFrame, yawDegrees } from './yaw.ts';

export interface Evidence {
  /** Degrees; positive where the subject looks to its left. Null where the labels do not tell. */
  readonly yaw: number | null;
  /** Variance of the Laplacian of the face's grey levels at 128 px: low is blurred. */
  readonly sharpness: number;
  /** Share of the lower face (nose to chin) that is not of the face's skin colour: mask, hand, beard, shadow. */
  readonly lowerUnlikeSkin: number | null;
  /** Share of the forehead above the brows that is not of the face's skin colour: hair, hat, shadow. */
  readonly foreheadUnlikeSkin: number | null;
  /** Share of the points that lie outside the image. */
  readonly outside: number;
  /** Longer side of the points' bounds, pixels of the image. */
  readonly facePx: number;
}

const SIDE = 128;
/** Around the points, so that the forehead is in it. */
const MARGIN = 1.6;
const SPEC: CropSpec = { width: SIDE, height: SIDE, margin: 1, kernel: 'linear', fill: [0, 0, 0], fit: 'pad' };

/** `labels`: all points that are labelled, also where the network learns fewer. Throws INVALID_DATASET on an unreadable image. */
export async function measureEvidence({
  image,
  keypoints,
  layout,
}: Pick<Sample, 'image' | 'keypoints' | 'layout'>): Promise<Evidence> {
  if (!keypoints || keypoints.length === 0) throw new RangeError('Expected a labelled face, got none');
  const bounds = boundingBox(keypoints);
  // A single point has no extent: look at the whole image.
  const region = keypoints.length > 2 ? squareAround(scaleBox(bounds, 1), MARGIN) : null;
  const cut = await cutOut(image, (size) => region ?? { left: 0, top: 0, ...size }, SPEC);
  const yaw = yawDegrees(keypoints, layout);
  const outside = keypoints.filter(([x, y]) => x < 0 || y < 0 || x > cut.size.width || y > cut.size.height);
  return {
    yaw,
    sharpness: laplacianVariance(cut.pixels, SIDE, SIDE),
    ...covered(cut, keypoints, layout, yaw),
    outside: outside.length / keypoints.length,
    facePx: Math.max(bounds.width, bounds.height),
  };
}

/** `pixels` is [H][W][3]; of the grey levels, 0 to 255. Pech-Pacheco et al., "Diatom autofocusing", ICPR 2000. */
export function laplacianVariance(pixels: Uint8Array, width: number, height: number): number {
  const grey = (x: number, y: number) => {
    const at = (y * width + x) * 3;
    return 0.299 * pixels[at]! + 0.587 * pixels[at + 1]! + 0.114 * pixels[at + 2]!;
  };
  let [sum, squares, count] = [0, 0, 0];
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const value = grey(x - 1, y) + grey(x + 1, y) + grey(x, y - 1) + grey(x, y + 1) - 4 * grey(x, y);
      sum += value;
      squares += value * value;
      count++;
    }
  }
  return squares / count - (sum / count) ** 2;
}

/** In the face's own axes, in halves of the distance of the outer eye corners; y is below the eyes. */
/** Between the eyes and the brows: masks end below it, and hair seldom reaches it. */
const BETWEEN_EYES = [{ x: [-0.2, 0.2], y: [-0.45, 0.15] }] as const;
const LOWER_FACE = [{ x: [-0.65, 0.65], y: [1, 2] }] as const;
const FOREHEAD = [{ x: [-0.8, 0.8], y: [-1.35, -0.7] }] as const;

function covered(
  { pixels, transform }: { readonly pixels: Uint8Array; readonly transform: Transform },
  keypoints: readonly Point[],
  layout: LayoutId | null,
  yaw: number | null,
): Pick<Evidence, 'lowerUnlikeSkin' | 'foreheadUnlikeSkin'> {
  const frame = faceFrame(
    keypoints.map((point) => applyTransform(transform, point)),
    layout,
  );
  if (!frame || yaw === null) return { lowerUnlikeSkin: null, foreheadUnlikeSkin: null };
  const image: Pixels = { data: pixels, width: SIDE, height: SIDE };
  const upright = foreshortened(frame, yaw);
  const skin = skinColour(image, upright, BETWEEN_EYES);
  return {
    lowerUnlikeSkin: shareUnlikeSkin(image, upright, LOWER_FACE, skin),
    foreheadUnlikeSkin: shareUnlikeSkin(image, upright, FOREHEAD, skin),
  };
}

/** A turned head shows its eyes nearer to each other, not its face shorter. */
function foreshortened({ origin, x, y }: FaceFrame, yaw: number): FaceFrame {
  const longer = 1 / Math.max(0.4, Math.cos((yaw * Math.PI) / 180));
  return { origin, x, y: [y[0] * longer, y[1] * longer] };
}
