/** Finds faces in whole images. */

import { FiducialError } from '../domain/errors.ts';
import { applyToAll, type Box, boundingBox, invertTransform, type Transform } from '../domain/geometry.ts';
import type { CropSpec } from '../domain/modelCard.ts';
import type { OpenImage } from '../imaging/crop.ts';
import { Batcher, Work } from './batcher.ts';
import type { DetectorCard, DetectorPackage } from './detectorPackage.ts';
import type { Runtime } from './runtime.ts';
import { decodeGrid, type ScoredBox, suppressOverlaps } from './yolo.ts';

export interface FaceDetector {
  /** Names the adjustment in a model card's `detectorBoxes`. */
  readonly name: string;
  /** Of its ONNX file. */
  readonly sha256: string;
  /** Best first, in pixels of the image as displayed. May reach outside. Throws what cropping throws. */
  detect(image: OpenImage): Promise<ScoredBox[]>;
}

export interface DetectorOptions {
  /** Shared with what else waits for batches. Default: its own. */
  readonly work?: Work;
  /** Images a batch. Default 1: on a processor more of them push each other out of its caches (a fifth slower). */
  readonly batchSize?: number;
  /**
   * Sides of the squares that the network sees, pixels, from the smallest. The next is looked at where nothing was
   * found, or only faces that are small for it or unsure; not one larger than both the image and the card's size.
   * Default: about half of the card's, the card's, and twice that.
   */
  readonly inputSizes?: readonly number[];
  /**
   * Faces below `SURE` are given where there is none above it. Default 0.3: of 670 labelled faces 15 are missed so, and
   * 20 boxes are on nothing labelled; at 0.5 it is 31 and 19.
   */
  readonly minScore?: number;
  /** Faces an image at most, the best ones. Default 100. */
  readonly maxFaces?: number;
}

/** Throws INVALID_MODEL where the graph does not fit the card, INVALID_CONFIG on a size that it can't take. */
export async function openDetector(
  runtime: Runtime,
  detector: DetectorPackage,
  options: DetectorOptions = {},
): Promise<FaceDetector> {
  const { card, bytes } = detector;
  const { work = new Work(), batchSize = 1, minScore = 0.3, maxFaces = 100 } = options;
  const session = await runtime.open(bytes, card.sha256);
  if (!session.outputs.includes(card.output.name)) {
    throw new FiducialError('INVALID_MODEL', `Expected output ${card.output.name}, got ${session.outputs.join(', ')}`);
  }
  const scales = (options.inputSizes ?? defaultSizes(card)).map((size) => {
    checkSize(size, card);
    const batcher = new Batcher(session, work, { size: batchSize, height: size, width: size });
    return { size, detect: (image: OpenImage) => detectAt(image, size, card, batcher, minScore) };
  });
  return {
    name: card.name,
    sha256: card.sha256,
    detect: async (image) => {
      const side = Math.max(image.size.width, image.size.height);
      let found: ScoredBox[] = [];
      for (const [i, { size, detect }] of scales.entries()) {
        const before = scales[i - 1]?.size;
        if (before !== undefined && (size > Math.max(side, card.input.size) || seenWell(found, before / side))) break;
        found = suppressOverlaps([...found, ...(await detect(image))], card.iouThreshold);
      }
      const sure = found.filter(({ score }) => score > SURE);
      return (sure.length > 0 ? sure : found).slice(0, maxFaces);
    },
  };
}

/** Pixels of the network's input: its smallest anchor is 51 wide, and what is smaller is found by luck. */
const SMALL_FACE = 60;
/** What is less sure is no reason not to look closer, and beside a sure face it is rarely one. */
const SURE = 0.5;

/** Whether there is a sure face that is not small in the network's input. `scale`: input pixels an image pixel. */
function seenWell(found: readonly ScoredBox[], scale: number): boolean {
  return found.some(({ box, score }) => score > SURE && Math.max(box.width, box.height) * scale >= SMALL_FACE);
}

function defaultSizes({ input: { size, multipleOf } }: DetectorCard): number[] {
  return [Math.ceil(size / 2 / multipleOf) * multipleOf, size, size * 2];
}

function checkSize(size: number, { input: { multipleOf } }: DetectorCard): void {
  if (Number.isInteger(size) && size > 0 && size % multipleOf === 0) return;
  throw new FiducialError('INVALID_CONFIG', `Expected a multiple of ${multipleOf} as the detector's size, got ${size}`);
}

/** The image in the top-left of a square, as the network was trained. */
async function detectAt(
  image: OpenImage,
  size: number,
  { input, output }: DetectorCard,
  batcher: Batcher,
  minScore: number,
): Promise<ScoredBox[]> {
  const side = Math.max(image.size.width, image.size.height);
  const spec: CropSpec = { width: size, height: size, margin: 1, kernel: 'linear', fill: input.fill, fit: 'pad' };
  const { pixels, imageToCrop } = await image.cropRegion({ left: 0, top: 0, width: side, height: side }, spec);
  const { outputs } = await batcher.run(pixels);
  const cells = size / output.stride;
  const shape = { rows: cells, columns: cells, stride: output.stride, anchors: output.anchors };
  const toImage = invertTransform(imageToCrop);
  return decodeGrid(outputs.get(output.name)!, shape, minScore).map(({ box, score }) => ({
    box: movedBox(toImage, box),
    score,
  }));
}

function movedBox(transform: Transform, { left, top, width, height }: Box): Box {
  return boundingBox(
    applyToAll(transform, [
      [left, top],
      [left + width, top + height],
    ]),
  );
}
