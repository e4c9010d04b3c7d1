/** Renders a face with known points. Free of any licence: everything is drawn here. */
import type { Sharp } from 'sharp';
import { type Box, boundingBox, boxCentre, type Point, type Size } from '../../domain/geometry.ts';
import { sharp } from '../../imaging/sharp.ts';
import { createRng, type Rng } from '../augment/rng.ts';
import { accessoriesSvg } from './accessories.ts';
import { backdropSvg } from './backdrop.ts';
import { createCamera } from './camera.ts';
import { featuresOf } from './features.ts';
import { headSurface } from './head.ts';
import { landmarks58, landmarks68 } from './landmarks.ts';
import { projected } from './mesh.ts';
import { drawPerson, drawPhoto, type FaceParameters, type Person } from './parameters.ts';
import { createGeometryBuffer, createShadowMap, rasterise } from './rasterise.ts';
import { sceneMeshes } from './scene.ts';
import { shadeBuffer } from './shading.ts';
import { skinSvg } from './skin.ts';

export interface RenderOptions {
  /** Pixels. Default 320 x 240. */
  readonly size?: Size;
  /** Who it is; default drawn from the seed. Photos of one person share it. */
  readonly person?: Person;
  /** What is to be so, whatever the seed says. */
  readonly overrides?: Partial<FaceParameters>;
  /** Spread of the pose: 1 is wild, 0.3 nearly frontal. Default 1. */
  readonly turn?: number;
  /** Height of the face (brows to chin) as a share of the image's shorter side, drawn in this range. Default 0.3-0.55. */
  readonly faceShare?: readonly [min: number, max: number];
  /** Noise, blur and JPEG as of a camera. Default true. */
  readonly camera?: boolean;
  readonly format?: 'jpeg' | 'png';
}

export interface RenderedFace {
  readonly bytes: Buffer;
  readonly size: Size;
  /** [68][2] in pixels of the image, ibug68. */
  readonly keypoints: readonly Point[];
  /** [58][2], imm58. */
  readonly keypoints58: readonly Point[];
  /** About as dlib's detector would give it. */
  readonly box: Box;
  readonly parameters: FaceParameters;
}

/** Drawn finer than the picture, for smooth edges. */
const OVERSAMPLING = 1.5;

/** The same seed and options give the same bytes. About 0.1 s. */
export async function renderFace(seed: number, options: RenderOptions = {}): Promise<RenderedFace> {
  const rng = createRng(seed, 0xface);
  const size = options.size ?? { width: 320, height: 240 };
  const person = drawPerson(rng);
  const photo = drawPhoto(rng, options.turn ?? 1);
  const parameters: FaceParameters = { ...person, ...options.person, ...photo, ...options.overrides };
  const [min, max] = options.faceShare ?? [0.3, 0.55];
  const scale = (Math.min(size.width, size.height) * rng.uniform(min, max)) / 1.75;
  const centre = placement(size, scale, rng);
  const fine = { width: Math.round(size.width * OVERSAMPLING), height: Math.round(size.height * OVERSAMPLING) };
  const drawn = await draw(parameters, fine, centre, scale, seed, rng);
  const image = sharp(drawn.pixels, { raw: { ...fine, channels: 3 } }).resize(size.width, size.height, {
    kernel: 'lanczos2',
  });
  const bytes = await finish(image, size, rng, options);
  // Odd sizes are not drawn in quite the same ratio on both axes.
  const toPicture = ([x, y]: Point): Point => [(x * size.width) / fine.width, (y * size.height) / fine.height];
  const [keypoints, keypoints58] = [drawn.keypoints.map(toPicture), drawn.keypoints58.map(toPicture)];
  return { bytes, size, keypoints, keypoints58, box: detectorBox(keypoints, rng), parameters };
}

/** Keeps the face mostly inside. */
function placement({ width, height }: Size, scale: number, rng: Rng): Point {
  const free = (side: number, half: number) => Math.max(0, side / 2 - half);
  return [
    width / 2 + rng.uniform(-0.8, 0.8) * free(width, scale * 1.3),
    height / 2 + rng.uniform(-0.6, 0.6) * free(height, scale * 1.5),
  ];
}

async function draw(
  parameters: FaceParameters,
  fine: Size,
  centre: Point,
  scale: number,
  seed: number,
  rng: Rng,
): Promise<{ pixels: Uint8Array; keypoints: Point[]; keypoints58: Point[] }> {
  const features = featuresOf(parameters.shape, parameters.expression);
  const surface = headSurface(parameters.shape, parameters.expression, features);
  const framing = {
    distance: parameters.distance,
    centre: [centre[0] * OVERSAMPLING, centre[1] * OVERSAMPLING] as const,
    scale: scale * OVERSAMPLING,
  };
  const camera = createCamera(parameters.pose, framing);
  const { yaw, pitch } = parameters.pose;
  const body = createCamera({ yaw: yaw * 0.35, pitch: pitch * 0.2, roll: 0 }, framing);
  // About a pixel of the drawing for a pixel of the picture.
  const skinScale = Math.max(50, Math.min(170, framing.scale * 0.95));
  const coarse = { width: Math.ceil(fine.width / 3), height: Math.ceil(fine.height / 3) };
  const [texture, backdrop] = await Promise.all([
    rawPixels(skinSvg(parameters, features, skinScale, rng)),
    rawPixels(backdropSvg(coarse, rng), fine),
  ]);
  const meshes = sceneMeshes(parameters, surface, camera, body.turn, seed);
  const buffer = createGeometryBuffer(fine);
  for (const [index, mesh] of meshes.entries()) rasterise(buffer, mesh, index + 1, projected(mesh, camera));
  const shadows = createShadowMap(meshes, parameters.light.direction);
  const materials = meshes.map(({ material }) => material);
  shadeBuffer(buffer, backdrop.pixels, { parameters, materials, texture, shadows, seed });
  const overlay = accessoriesSvg(parameters, features, surface, camera, fine, rng);
  const pixels = overlay ? await over(backdrop.pixels, fine, overlay) : backdrop.pixels;
  return {
    pixels,
    keypoints: landmarks68(surface, features, camera),
    keypoints58: landmarks58(surface, features, camera),
  };
}

async function over(pixels: Uint8Array, size: Size, svg: string): Promise<Uint8Array> {
  return await sharp(pixels, { raw: { ...size, channels: 3 } })
    .composite([{ input: Buffer.from(svg) }])
    .removeAlpha()
    .raw()
    .toBuffer();
}

/** Out-of-focus drawings are drawn small and made larger. */
async function rawPixels(svg: string, size?: Size): Promise<{ width: number; height: number; pixels: Uint8Array }> {
  const drawing = sharp(Buffer.from(svg)).removeAlpha();
  const { data, info } = await (size ? drawing.resize(size.width, size.height, { fit: 'fill' }) : drawing)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, pixels: data };
}

/** What a camera adds: softness, noise, compression. */
async function finish(image: Sharp, size: Size, rng: Rng, options: RenderOptions): Promise<Buffer> {
  const quality = 60 + rng.int(36);
  let result = image;
  if (options.camera !== false) {
    if (rng.chance(0.3)) result = result.blur(0.3 + rng.uniform(0, 0.9));
    const { data } = await result.raw().toBuffer({ resolveWithObject: true });
    addNoise(data, rng.uniform(0.5, 7), rng);
    result = sharp(data, { raw: { ...size, channels: 3 } });
  }
  return options.format === 'png' ? result.png().toBuffer() : result.jpeg({ quality }).toBuffer();
}

/** Triangular, of deviation `sigma`: as good as normal here, and much cheaper. */
function addNoise(data: Uint8Array, sigma: number, rng: Rng): void {
  const reach = sigma * Math.sqrt(6);
  for (let i = 0; i < data.length; i++) {
    const value = data[i]! + reach * (rng.next() + rng.next() - 1);
    data[i] = Math.max(0, Math.min(255, Math.round(value)));
  }
}

/**
 * dlib's boxes are squares of 1.03 times the longer side of the points' bounds, a tenth higher, give or take some
 * percent (the mean over 300-W).
 */
function detectorBox(keypoints: readonly Point[], rng: Rng): Box {
  const bounds = boundingBox(keypoints);
  const longer = Math.max(bounds.width, bounds.height);
  const side = longer * (1.03 + rng.normal(0.04));
  const [cx, cy] = boxCentre(bounds);
  return {
    left: Math.round(cx + rng.normal(0.02) * longer - side / 2),
    top: Math.round(cy + (rng.normal(0.02) - 0.095) * longer - side / 2),
    width: Math.round(side),
    height: Math.round(side),
  };
}
