/** Finds faces in whole images. */

import { FiducialError } from '../domain/errors.ts';
import { applyToAll, type Box, boundingBox, invertTransform, type Transform } from '../domain/geometry.ts';
import type { CropSpec } from '../domain/modelCard.ts';
import type { OpenImage } from '../imaging/crop.ts';
import { Batcher, Work } from './batcher.ts';
import type { DetectorPackage } from './detectorPackage.ts';
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
  /** Images a batch. Default 4. */
  readonly batchSize?: number;
  /** Side of the square that the network sees, pixels. Default: the card's. Larger finds smaller faces. */
  readonly inputSize?: number;
  /** Default 0.5. */
  readonly minScore?: number;
  /** Faces an image at most, the best ones. Default 100. */
  readonly maxFaces?: number;
}

/** Throws INVALID_MODEL where the graph does not fit the card, INVALID_CONFIG on a size that it can't take. */
export async function openDetector(
  runtime: Runtime,
  { card, bytes }: DetectorPackage,
  options: DetectorOptions = {},
): Promise<FaceDetector> {
  const { work = new Work(), batchSize = 4, minScore = 0.5, maxFaces = 100 } = options;
  const size = checkedSize(options.inputSize ?? card.input.size, card.input.multipleOf);
  const session = await runtime.open(bytes, card.sha256);
  if (!session.outputs.includes(card.output.name)) {
    throw new FiducialError('INVALID_MODEL', `Expected output ${card.output.name}, got ${session.outputs.join(', ')}`);
  }
  const batcher = new Batcher(session, work, { size: batchSize, height: size, width: size });
  const spec: CropSpec = { width: size, height: size, margin: 1, kernel: 'linear', fill: card.input.fill, fit: 'pad' };
  const cells = size / card.output.stride;
  const shape = { rows: cells, columns: cells, stride: card.output.stride, anchors: card.output.anchors };
  return {
    name: card.name,
    sha256: card.sha256,
    detect: async (image) => {
      const side = Math.max(image.size.width, image.size.height);
      const seen = await image.cropRegion({ left: 0, top: 0, width: side, height: side }, spec);
      const { outputs } = await batcher.run(seen.pixels);
      const boxes = suppressOverlaps(decodeGrid(outputs.get(card.output.name)!, shape, minScore), card.iouThreshold);
      const toImage = invertTransform(seen.imageToCrop);
      return boxes.slice(0, maxFaces).map(({ box, score }) => ({ box: movedBox(toImage, box), score }));
    },
  };
}

function checkedSize(size: number, multipleOf: number): number {
  if (Number.isInteger(size) && size > 0 && size % multipleOf === 0) return size;
  throw new FiducialError('INVALID_CONFIG', `Expected a multiple of ${multipleOf} as the detector's size, got ${size}`);
}

function movedBox(transform: Transform, { left, top, width, height }: Box): Box {
  return boundingBox(
    applyToAll(transform, [
      [left, top],
      [left + width, top + height],
    ]),
  );
}
