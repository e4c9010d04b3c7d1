/** Canvases with a dot on them, which says where augmentation has put it. */
import { boxToBox, type Transform } from '../../../domain/geometry.ts';
import type { LayoutId } from '../../../domain/layouts.ts';
import { type Batch, prepareBatch } from '../../../training/augment/prepare.ts';
import { type Augmentation, augmentationSchema } from '../../../training/augment/steps.ts';
import { createSampleTable, type NetworkInput, type SampleTable } from '../../../training/augment/table.ts';
import type { CanvasSet } from '../../../training/data/canvas.ts';

export const CANVAS = 64;
export const INPUT: NetworkInput = {
  width: 48,
  height: 48,
  channels: 3,
  margin: 1.5,
  kernel: 'linear',
  fit: 'pad',
  fill: [0, 0, 0],
};
export const BOX = { left: 10, top: 20, width: 32, height: 30 };

/** Canvases of the given pixels, of an image whose face is at BOX, cut at twice the box. */
export function canvasSet(
  paint: (canvas: Uint8Array, index: number) => void,
  points: readonly (readonly [number, number])[][],
) {
  const pixels = new Uint8Array(new SharedArrayBuffer(points.length * CANVAS * CANVAS * 3));
  const shown = { left: 26 - 32, top: 35 - 32, width: 64, height: 64 };
  const imageToCanvas: Transform = boxToBox(shown, { left: 0, top: 0, width: CANVAS, height: CANVAS });
  const layout: LayoutId = 'points';
  points.forEach((_, i) => {
    paint(pixels.subarray(i * CANVAS * CANVAS * 3, (i + 1) * CANVAS * CANVAS * 3), i);
  });
  const set: CanvasSet = {
    samples: points.map((keypoints, i) => ({
      image: `/${i}.png`,
      key: `${i}.png`,
      size: null,
      box: BOX,
      // Given in pixels of the canvas.
      keypoints: keypoints.map(([x, y]) => [x + shown.left, y + shown.top] as const),
      labelled: null,
      layout,
      group: String(i),
      source: 'test',
      givenPart: null,
    })),
    spec: { width: CANVAS, height: CANVAS, margin: 2, kernel: 'linear', fit: 'pad', fill: [0, 0, 0] },
    rule: 'box',
    pixels,
    imageToCanvas: points.map(() => imageToCanvas),
    sizes: points.map(() => ({ width: 100, height: 100 })),
  };
  return set;
}

/** A soft white dot whose centre of mass is at (x, y), on black. */
export function paintDot(canvas: Uint8Array, x: number, y: number): void {
  for (let row = 0; row < CANVAS; row++) {
    for (let column = 0; column < CANVAS; column++) {
      const distance2 = (column + 0.5 - x) ** 2 + (row + 0.5 - y) ** 2;
      canvas.fill(
        Math.round(255 * Math.exp(-distance2 / 8)),
        (row * CANVAS + column) * 3,
        (row * CANVAS + column) * 3 + 3,
      );
    }
  }
}

export function dotTable(x: number, y: number, input = INPUT): SampleTable {
  return createSampleTable(
    canvasSet((canvas) => paintDot(canvas, x, y), [[[x, y]]]),
    input,
    'points',
  );
}

export function prepare(table: SampleTable, augmentation: Augmentation, epoch = 0, indices = [0]): Batch {
  return prepareBatch(table, { step: 0, indices: Uint32Array.from(indices), augmentation, seed: 5, epoch });
}

export const MOVES = augmentationSchema.parse([
  { kind: 'rotate', degrees: 40 },
  { kind: 'scale', min: 0.8, max: 1.25 },
  { kind: 'shift', sigma: 0.03 },
  { kind: 'flip', probability: 0.5 },
  { kind: 'rotate', degrees: 20, sigma: 10 },
]);
