/** Predictions drawn on their image: boxes, keypoints and the layout's curves; truth beside them where it is known. */
import { applyToAll, type Box, boundingBox, type Point, type Transform } from '../domain/geometry.ts';
import type { KeypointLayout } from '../domain/layouts.ts';
import { type OpenImage, openImage } from './crop.ts';
import type { DecodeLimits } from './limits.ts';
import { sharp } from './sharp.ts';
import { captionBar, curvesOf, dots, element, svg } from './svg.ts';

export interface OverlayFace {
  /** Pixels of the image as displayed. */
  readonly box?: Box | null;
  readonly keypoints?: readonly Point[] | null;
  readonly layout?: KeypointLayout | null;
  readonly truth?: readonly Point[] | null;
  readonly truthLayout?: KeypointLayout | null;
}

export interface OverlayOptions {
  /** What to show of the image, pixels as displayed. Default: all. */
  readonly region?: Box;
  /** Longer side of the picture, pixels. Default 1024. Larger images are scaled down, none up beyond twice. */
  readonly maxSide?: number;
  readonly caption?: string;
  readonly format?: 'jpeg' | 'png';
  readonly limits?: Partial<DecodeLimits>;
}

/** Apart for the colour-blind, and seen on the dark edge of dots: test/web/colours/overlays.test.ts. */
export const OVERLAY_COLOURS = { predicted: '#35f28a', truth: '#ff9f1c', box: '#c9a6ff' } as const;

/** An encoded picture. Throws what reading an image throws. */
export async function drawOverlay(
  image: Uint8Array | OpenImage,
  faces: readonly OverlayFace[],
  options: OverlayOptions = {},
): Promise<Buffer> {
  const open = image instanceof Uint8Array ? await openImage(image, options.limits) : image;
  const region = options.region ?? { left: 0, top: 0, ...open.size };
  const scale = Math.min((options.maxSide ?? 1024) / Math.max(region.width, region.height), 2);
  const width = Math.max(1, Math.round(region.width * scale));
  const height = Math.max(1, Math.round(region.height * scale));
  const shown = await open.cropRegion(region, {
    ...{ width, height, margin: 1, kernel: 'cubic', fill: [24, 24, 28], fit: 'stretch' },
  });
  const marks = faces.map((face) => drawFace(face, shown.imageToCrop)).join('');
  const caption = options.caption ? captionBar(options.caption, width, height) : '';
  const picture = sharp(shown.pixels, { raw: { width, height, channels: 3 } })
    .composite([{ input: svg(width, height, marks + caption), left: 0, top: 0 }])
    .removeAlpha();
  return await (options.format === 'png' ? picture.png() : picture.jpeg({ quality: 90 })).toBuffer();
}

function drawFace(face: OverlayFace, imageToPicture: Transform): string {
  const box = face.box ? drawBox(face.box, imageToPicture) : '';
  const truth = face.truth
    ? drawPoints(face.truth, face.truthLayout ?? null, imageToPicture, OVERLAY_COLOURS.truth)
    : '';
  const points = face.keypoints
    ? drawPoints(face.keypoints, face.layout ?? null, imageToPicture, OVERLAY_COLOURS.predicted)
    : '';
  return box + truth + points;
}

function drawBox({ left, top, width, height }: Box, imageToPicture: Transform): string {
  const corners: Point[] = [
    [left, top],
    [left + width, top + height],
  ];
  const box = boundingBox(applyToAll(imageToPicture, corners));
  return element('rect', {
    x: box.left,
    y: box.top,
    width: box.width,
    height: box.height,
    fill: 'none',
    stroke: OVERLAY_COLOURS.box,
    'stroke-width': Math.max(1, Math.min(box.width, box.height) / 120),
    'stroke-opacity': 0.9,
  });
}

function drawPoints(
  keypoints: readonly Point[],
  layout: KeypointLayout | null,
  imageToPicture: Transform,
  colour: string,
): string {
  if (keypoints.length === 0) return '';
  const points = applyToAll(imageToPicture, keypoints);
  const { width, height } = boundingBox(points);
  // A single point has no extent: as for a face of 120 pixels.
  const radius = Math.max(1.2, Math.max(width, height, points.length === 1 ? 360 : 0) / 120);
  return curvesOf(points, layout?.curves ?? [], colour, radius * 0.6) + dots(points, colour, radius);
}
