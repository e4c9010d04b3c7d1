/**
 * From the grid of a YOLO v2 to boxes (Redmon and Farhadi, "YOLO9000", CVPR 2017, section 2), as the tiny face
 * detector of @vladmandic/face-api reads it: src/tinyYolov2/TinyYolov2Base.ts, extractBoxes.
 */
import { type Box, iou } from '../domain/geometry.ts';

export interface ScoredBox {
  readonly box: Box;
  /** 0 to 1. */
  readonly score: number;
}

export interface GridShape {
  readonly rows: number;
  readonly columns: number;
  /** Pixels of the network's input a cell. */
  readonly stride: number;
  /** Width and height in cells. */
  readonly anchors: readonly (readonly [width: number, height: number])[];
}

/** Numbers an anchor: x, y, width, height, score. */
const ENCODING = 5;

/** `grid` is [rows, columns, anchors * 5]. Gives boxes in pixels of the network's input, above `minScore`, in grid order. */
export function decodeGrid(grid: ArrayLike<number>, shape: GridShape, minScore: number): ScoredBox[] {
  const { rows, columns, stride, anchors } = shape;
  const found: ScoredBox[] = [];
  for (let at = 0; at < rows * columns * anchors.length; at++) {
    const score = sigmoid(grid[at * ENCODING + 4]!);
    if (score <= minScore) continue;
    const cell = Math.floor(at / anchors.length);
    const [anchorWidth, anchorHeight] = anchors[at % anchors.length]!;
    const x = ((cell % columns) + sigmoid(grid[at * ENCODING]!)) * stride;
    const y = (Math.floor(cell / columns) + sigmoid(grid[at * ENCODING + 1]!)) * stride;
    const width = Math.exp(grid[at * ENCODING + 2]!) * anchorWidth * stride;
    const height = Math.exp(grid[at * ENCODING + 3]!) * anchorHeight * stride;
    found.push({ box: { left: x - width / 2, top: y - height / 2, width, height }, score });
  }
  return found;
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** Greedy non-maximum suppression: best first, without those that overlap a better one by more than `maxIou`. */
export function suppressOverlaps(boxes: readonly ScoredBox[], maxIou: number): ScoredBox[] {
  const kept: ScoredBox[] = [];
  for (const candidate of [...boxes].sort((a, b) => b.score - a.score)) {
    if (kept.every(({ box }) => iou(box, candidate.box) <= maxIou)) kept.push(candidate);
  }
  return kept;
}
