/** The shift and scale from a detector's boxes to the boxes that a landmark network was trained on. */
import { type Box, boxCentre, iou, scaleBox, shiftBox } from '../../domain/geometry.ts';
import { pairFaces } from '../../domain/metrics/index.ts';
import type { BoxAdjustment, ModelCard } from '../../domain/modelCard.ts';
import type { Predictor } from '../../inference/predictor.ts';
import { byImage, itemsOf } from '../check/checkFaces.ts';
import { boxKnowsPoints } from '../data/boxes.ts';
import type { Sample } from '../data/sample.ts';

export interface BoxFit {
  readonly adjustment: BoxAdjustment;
  /** Faces whose label and detection were paired, and that were fitted on. */
  readonly faces: number;
  /** Labelled faces that no detection answers, of `labelled`. */
  readonly missed: number;
  readonly labelled: number;
  /** Boxes that answer no label: other faces of the photo, or none. */
  readonly extra: number;
  /** Of the pairs that were fitted on. */
  readonly meanIou: { readonly before: number; readonly after: number };
}

export interface BoxPair {
  readonly detected: Box;
  readonly known: Box;
}

/**
 * `predictor` must detect with an unadjusted card. Boxes that were made from the points are left out of the fit: no
 * detector drew them. Throws RangeError where no face was found.
 */
export async function fitDetectorBoxes(
  predictor: Predictor,
  samples: readonly Sample[],
  options: { readonly signal?: AbortSignal } = {},
): Promise<BoxFit> {
  const boxed = samples.filter(({ box }) => box !== null);
  const pairs: BoxPair[] = [];
  let [missed, extra] = [0, 0];
  for await (const { id, faces } of predictor.predict(itemsOf(byImage(boxed), { rule: 'detect' }), options)) {
    const pairing = pairFaces(
      id.map(({ box }) => box),
      faces.map(({ box }) => box),
    );
    missed += pairing.missed.length;
    extra += pairing.extra.length;
    for (const [truth, detection] of pairing.pairs) {
      const sample = id[truth]!;
      if (!boxKnowsPoints(sample)) pairs.push({ detected: faces[detection]!.box, known: sample.box! });
    }
  }
  const adjustment = fitAdjustment(pairs);
  const meanIou = { before: meanOf(pairs, (box) => box), after: meanOf(pairs, (box) => adjustBox(box, adjustment)) };
  return { adjustment, faces: pairs.length, missed, labelled: boxed.length, extra, meanIou };
}

/**
 * Medians, so that a few wrong pairs move nothing: of the distance of the centres in sides of the detected box, and of
 * the ratio of the longer sides, which is what a crop is measured by.
 */
export function fitAdjustment(pairs: readonly BoxPair[]): BoxAdjustment {
  if (pairs.length === 0) throw new RangeError('Expected faces that the detector finds, got none');
  const of = (value: (pair: BoxPair) => number) => rounded(median(pairs.map(value)));
  const centres = (axis: 0 | 1) => (pair: BoxPair) => {
    const side = axis === 0 ? pair.detected.width : pair.detected.height;
    return (boxCentre(pair.known)[axis] - boxCentre(pair.detected)[axis]) / side;
  };
  const longer = ({ width, height }: Box) => Math.max(width, height);
  return {
    dx: of(centres(0)),
    dy: of(centres(1)),
    scale: of(({ known, detected }) => longer(known) / longer(detected)),
  };
}

export function adjustBox(box: Box, { dx, dy, scale }: BoxAdjustment): Box {
  return scaleBox(shiftBox(box, dx, dy), scale);
}

/** The card with these adjustments by detector, and no others. */
export function withDetectorBoxes(card: ModelCard, detectorBoxes: ModelCard['detectorBoxes']): ModelCard {
  return { ...card, detectorBoxes };
}

function meanOf(pairs: readonly BoxPair[], adjusted: (box: Box) => Box): number {
  return pairs.reduce((sum, { detected, known }) => sum + iou(adjusted(detected), known), 0) / pairs.length;
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
