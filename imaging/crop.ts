/** The one crop: training, calibration and scoring all see images through it. */
import {
  applyToAll,
  type Box,
  boundingBox,
  boxToBox,
  composeTransforms,
  IDENTITY,
  invertTransform,
  type Size,
  type Transform,
} from '../domain/geometry.ts';
import type { CropSpec } from '../domain/modelCard.ts';
import { type CropPlan, cropRegion, planCrop } from './cropPlan.ts';
import { type Colour, type EncodedImage, readHeader, readPixels, reworkPixels } from './decode.ts';
import { DEFAULT_LIMITS, type DecodeLimits } from './limits.ts';
import { orientationTransform, orientPixels } from './orientation.ts';
import { reduce, reduces } from './reduce.ts';
import { resampling } from './resample.ts';

export interface Crop {
  /** uint8 [H, W, 3], sRGB, row by row. */
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** From pixels of the image as displayed to pixels of the crop: what was really done, after rounding. */
  readonly imageToCrop: Transform;
  /** Of the image as displayed. */
  readonly imageSize: Size;
}

export interface OpenImage {
  /** As displayed: EXIF orientation applied. */
  readonly size: Size;
  /** Throws BAD_BOX, TRUNCATED, UNSUPPORTED, TIMEOUT. */
  crop(box: Box | null, spec: CropSpec): Promise<Crop>;
  /** The same for several boxes, decoded once where memory allows. */
  crops(boxes: readonly (Box | null)[], spec: CropSpec): Promise<Crop[]>;
  /** A crop of exactly this region, which may reach outside; `spec.margin` is not used. */
  cropRegion(region: Box, spec: CropSpec): Promise<Crop>;
  /**
   * For several looks at one image: decoded now where it is small (up to 2 million pixels, alpha flattened on `fill`),
   * itself where it is large, since a large JPEG is decoded small faster each time. Throws TRUNCATED, UNSUPPORTED.
   */
  held(fill: Colour): Promise<OpenImage>;
}

/** Images up to this many pixels (75 MB) are held decoded while several crops are made of them at once. */
const HELD_FOR_CROPS = 25e6;
/** And up to this many (6 MB) while they are looked at again and again. */
const HELD_FOR_LOOKS = 2e6;
/** Pixels of a part that is held to be made smaller; of a larger one, libvips holds a few rows at a time. */
const MADE_SMALLER_HERE = 2e6;

/** Reads the header only. Throws EMPTY, TOO_LARGE, NOT_AN_IMAGE, UNSUPPORTED, TRUNCATED. */
export async function openImage(bytes: Uint8Array, limits: Partial<DecodeLimits> = {}): Promise<OpenImage> {
  return opened({ image: await readHeader(bytes, { ...DEFAULT_LIMITS, ...limits }) });
}

function opened(source: Source): OpenImage {
  const { size } = source.image;
  const region = (box: Box | null, spec: CropSpec) => cropRegion(size, box, spec);
  return {
    size,
    crop: (box, spec) => cropFrom(source, region(box, spec), spec),
    cropRegion: (box, spec) => cropFrom(source, box, spec),
    crops: async (boxes, spec) => {
      const once = boxes.length > 1 ? await decoded(source, spec.fill, HELD_FOR_CROPS) : source;
      return await Promise.all(boxes.map((box) => cropFrom(once, region(box, spec), spec)));
    },
    held: async (fill) => opened(await decoded(source, fill, HELD_FOR_LOOKS)),
  };
}

/** One crop of one image: `box` in pixels as displayed, or null for the whole image. Throws as `OpenImage` does. */
export async function crop(
  image: Uint8Array | OpenImage,
  box: Box | null,
  spec: CropSpec,
  limits: Partial<DecodeLimits> = {},
): Promise<Crop> {
  const open = image instanceof Uint8Array ? await openImage(image, limits) : image;
  return await open.crop(box, spec);
}

interface Source {
  readonly image: EncodedImage;
  /** uint8 [H, W, 3] as stored, where it was decoded already. */
  readonly pixels?: Uint8Array | undefined;
}

async function decoded({ image, pixels }: Source, fill: Colour, maxPixels: number): Promise<Source> {
  if (pixels || image.stored.width * image.stored.height > maxPixels) return pixels ? { image, pixels } : { image };
  return { image, pixels: await readPixels(image, fill) };
}

async function cropFrom({ image, pixels }: Source, region: Box, spec: CropSpec): Promise<Crop> {
  const plan = planCrop(image.size, region, spec);
  const { stored, orientation, size } = image;
  const storedToImage = orientationTransform(stored, orientation);
  const part = orientation >= 5 ? { width: plan.target.height, height: plan.target.width } : sizeOf(plan.target);
  const source = moved(invertTransform(storedToImage), plan.source);
  const { read, transform } = await partOf({ image, pixels }, source, part, spec);
  const displayed = orientPixels(read, part, orientation);
  const partToCrop = { ...IDENTITY, tx: plan.target.left, ty: plan.target.top };
  const imageToCrop = [transform, orientationTransform(part, orientation), partToCrop].reduce(
    composeTransforms,
    invertTransform(storedToImage),
  );
  const { width, height } = spec;
  return { pixels: framed(displayed, plan, spec), width, height, imageToCrop, imageSize: size };
}

/** uint8 [H, W, 3] of a part of the image as stored, and what takes pixels of that to pixels of this. */
async function partOf({ image, pixels }: Source, source: Box, target: Size, { kernel, fill }: CropSpec) {
  const { stored } = image;
  if (kernel === 'linear' && reduces(source, target) && source.width * source.height <= MADE_SMALLER_HERE) {
    const read = pixels
      ? reduce(pixels, stored.width, source, target)
      : reduce(await readPart(image, source, fill), source.width, { ...source, left: 0, top: 0 }, target);
    return { read, transform: boxToBox(source, { left: 0, top: 0, ...target }) };
  }
  const shrinkOnLoad = image.format === 'jpeg' && !pixels;
  const { steps, transform } = resampling({ stored, source, target, kernel, shrinkOnLoad });
  const reading = pixels ? reworkPixels(pixels, stored, fill, steps) : readPixels(image, fill, steps);
  return { read: await reading, transform };
}

/** What lies below the part is not decoded. */
function readPart(image: EncodedImage, { left, top, width, height }: Box, fill: Colour): Promise<Uint8Array> {
  const whole = width === image.stored.width && height === image.stored.height;
  return readPixels(image, fill, whole ? undefined : (input) => input.extract({ left, top, width, height }));
}

function sizeOf({ width, height }: Size): Size {
  return { width, height };
}

/** Orientations take whole pixels to whole pixels. */
function moved(transform: Transform, { left, top, width, height }: Box): Box {
  return boundingBox(
    applyToAll(transform, [
      [left, top],
      [left + width, top + height],
    ]),
  );
}

/** The part put where it belongs in a canvas of the fill colour. */
function framed(part: Uint8Array, { target }: CropPlan, { width, height, fill }: CropSpec): Uint8Array {
  if (target.width === width && target.height === height) return part;
  const canvas = filled(width * height, fill);
  const row = target.width * 3;
  for (let y = 0; y < target.height; y++) {
    canvas.set(part.subarray(y * row, (y + 1) * row), ((target.top + y) * width + target.left) * 3);
  }
  return canvas;
}

/** uint8 [count, 3]. Doubled, not written pixel by pixel: that took longer than all the rest of a crop. */
function filled(count: number, fill: Colour): Uint8Array {
  const canvas = new Uint8Array(count * 3);
  if (fill.every((value) => value === 0)) return canvas;
  canvas.set(fill);
  for (let done = 3; done < canvas.length; done *= 2) canvas.copyWithin(done, 0, done);
  return canvas;
}
