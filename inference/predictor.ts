/**
 * Images to faces: preprocess, model, postprocess. Decoding runs on libuv's threads while the network computes; the
 * window bounds what is in memory. Every item has an outcome, and a bad one fails nobody else.
 */
import { cropUnits } from '../domain/codec.ts';
import { FiducialError, isItemErrorCode } from '../domain/errors.ts';
import { type Box, boundingBox, type Point, type Size, scaleBox, shiftBox } from '../domain/geometry.ts';
import type { BoxAdjustment, CropSpec } from '../domain/modelCard.ts';
import type { CropRule, Face, ItemError, Prediction } from '../domain/records.ts';
import { type Crop, type OpenImage, openImage } from '../imaging/crop.ts';
import type { DecodeLimits } from '../imaging/limits.ts';
import { Work } from './batcher.ts';
import { type DetectorOptions, type FaceDetector, openDetector } from './detector.ts';
import type { DetectorPackage } from './detectorPackage.ts';
import { openKeypointModel } from './keypointModel.ts';
import { inOrder } from './ordered.ts';
import type { ModelPackage } from './package.ts';
import { Runtime } from './runtime.ts';
import { withinTime } from './withinTime.ts';

export interface PredictorOptions {
  /** Needed for the crop rule `detect`. */
  readonly detector?: DetectorPackage;
  readonly detection?: Omit<DetectorOptions, 'work'>;
  /** Opens the sessions. Default: one of its own, with `threads`. */
  readonly runtime?: Runtime;
  /** Of the network. Default: as many as there are cores. */
  readonly threads?: number;
  /** Crops a batch at most. Default 8. */
  readonly batchSize?: number;
  /** Items at work at once, at most. Default: two batches and 8. */
  readonly window?: number;
  readonly limits?: Partial<DecodeLimits>;
  /** An item that takes longer is TIMEOUT. Default: none. */
  readonly itemTimeoutMs?: number;
  /** Default: the card's. */
  readonly flipTest?: boolean;
  /** Null: one pass. Default: the card's. */
  readonly secondPass?: { readonly margin: number } | null;
}

export interface PredictorItem<Id> {
  readonly id: Id;
  /** The image file, or what reads it. A loader's FiducialError of an item's code is that item's outcome. */
  readonly bytes: Uint8Array | (() => Promise<Uint8Array>);
  /** What the crop rule `box` uses, pixels of the image as displayed. */
  readonly box: Box | null;
  /** Default: the card's. */
  readonly cropRule?: CropRule;
}

export interface PredictedItem<Id> {
  readonly id: Id;
  /** As displayed; null where the header could not be read. */
  readonly size: Size | null;
  /** Without `maePx` and `nme`: truth is compared elsewhere. */
  readonly faces: readonly Face[];
  readonly error: ItemError | null;
}

export interface Predictor {
  /** One outcome an item, in order. Throws ABORTED, and what is no item's fault. */
  predict<Id>(
    items: AsyncIterable<PredictorItem<Id>>,
    options?: { readonly signal?: AbortSignal },
  ): AsyncGenerator<PredictedItem<Id>>;
  close(): Promise<void>;
}

/** Where a face is, and how that is known. */
interface Place {
  readonly box: Box;
  readonly boxSource: Face['boxSource'];
  readonly score: number | null;
}

/** Throws INVALID_MODEL where a file does not fit its card. */
export async function createPredictor(model: ModelPackage, options: PredictorOptions = {}): Promise<Predictor> {
  const { card } = model;
  const { batchSize = 8, threads, itemTimeoutMs, secondPass = card.secondPass ?? null } = options;
  const runtime = options.runtime ?? new Runtime(threads === undefined ? {} : { threads });
  const work = new Work();
  const { flipTest = card.flipTest } = options;
  const network = await openKeypointModel(runtime, model, { work, batchSize, flipTest });
  const detector = options.detector && (await openDetector(runtime, options.detector, { ...options.detection, work }));

  async function faces(opened: OpenImage, box: Box | null, rule: CropRule): Promise<Face[]> {
    const image = rule === 'detect' || secondPass ? await opened.held(card.input.fill) : opened;
    const places = await placesOf(image, box, rule, detector, card.detectorBoxes);
    const first = await keypoints(
      image,
      places.map((place) => (place.boxSource === 'whole' ? null : place.box)),
      card.input,
    );
    const points = secondPass ? await again(image, first, secondPass.margin) : first;
    return places.map((place, i) => faceOf(place, points[i]!));
  }

  async function keypoints(image: OpenImage, boxes: readonly (Box | null)[], spec: CropSpec): Promise<Point[][]> {
    const crops = await image.crops(boxes, spec);
    return await Promise.all(crops.map(keypointsOfCrop));
  }

  async function keypointsOfCrop({ pixels, imageToCrop, width, height }: Crop): Promise<Point[]> {
    return cropUnits.decode(await network.predict(pixels), imageToCrop, { width, height });
  }

  /** Around the points of the first pass. A face whose points lie together or outside keeps its first answer. */
  async function again(image: OpenImage, first: Point[][], margin: number): Promise<Point[][]> {
    return await Promise.all(
      first.map(async (points) => {
        const crop = await image.crop(boundingBox(points), { ...card.input, margin }).catch(unlessBadBox);
        return crop ? await keypointsOfCrop(crop) : points;
      }),
    );
  }

  async function outcome<Id>({ id, bytes, box, cropRule }: PredictorItem<Id>): Promise<PredictedItem<Id>> {
    let size: Size | null = null;
    try {
      const image = await openImage(typeof bytes === 'function' ? await bytes() : bytes, options.limits);
      size = image.size;
      return { id, size, faces: await faces(image, box, cropRule ?? card.crop), error: null };
    } catch (error) {
      return { id, size, faces: [], error: itemError(error) };
    }
  }

  return {
    predict: (items, { signal } = {}) => {
      const one = <Id>(item: PredictorItem<Id>) =>
        withinTime(
          work.run(() => outcome(item)),
          itemTimeoutMs,
          item.id,
        );
      return inOrder(items, one, { window: options.window ?? 2 * batchSize + 8, ...(signal && { signal }) });
    },
    close: async () => {
      if (!options.runtime) await runtime.close();
    },
  };
}

/** Throws NO_BOX, and INVALID_CONFIG where a detector is needed and there is none. */
async function placesOf(
  image: OpenImage,
  box: Box | null,
  rule: CropRule,
  detector: FaceDetector | undefined,
  adjustments: Readonly<Record<string, BoxAdjustment>>,
): Promise<Place[]> {
  if (rule === 'whole') return [{ box: { left: 0, top: 0, ...image.size }, boxSource: 'whole', score: null }];
  if (rule === 'box') {
    if (box) return [{ box, boxSource: 'given', score: null }];
    throw new FiducialError(
      'NO_BOX',
      'Expected a box for this image, since the crop rule is `box`, got none; give one in images.jsonl or the truth, ' +
        'or score with --crop detect',
    );
  }
  if (!detector)
    throw new FiducialError('INVALID_CONFIG', 'Expected a face detector for the crop rule `detect`, got none');
  const adjust = adjusted(adjustments[detector.name] ?? { dx: 0, dy: 0, scale: 1 });
  const found = await detector.detect(image);
  return found.map(({ box: seen, score }) => ({ box: rounded(adjust(seen)), boxSource: 'detected', score }));
}

function adjusted({ dx, dy, scale }: BoxAdjustment): (box: Box) => Box {
  return (box) => scaleBox(shiftBox(box, dx, dy), scale);
}

function faceOf({ box, boxSource, score }: Place, points: readonly Point[]): Face {
  const keypoints = points.map(([x, y]): Point => [round4(x), round4(y)]);
  return { box, boxSource, keypoints, score: score === null ? null : round4(score), maePx: null, nme: null };
}

function rounded({ left, top, width, height }: Box): Box {
  return { left: round4(left), top: round4(top), width: round4(width), height: round4(height) };
}

/** A ten-thousandth of a pixel is below what float32 gives. */
function round4(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}

function unlessBadBox(error: unknown): null {
  if (error instanceof FiducialError && error.code === 'BAD_BOX') return null;
  throw error;
}

function itemError(error: unknown): ItemError {
  if (error instanceof FiducialError && isItemErrorCode(error.code))
    return { code: error.code, message: error.message };
  throw error;
}

/** As it is written to predictions. */
export function toPrediction(key: string, { size, faces, error }: Omit<PredictedItem<unknown>, 'id'>): Prediction {
  const outcome = error ? 'failed' : 'scored';
  return { key, outcome, width: size?.width ?? null, height: size?.height ?? null, error, faces: [...faces] };
}
