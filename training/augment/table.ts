/** What preparing a sample needs, as flat arrays that worker threads share. */
import {
  applyToAll,
  composeTransforms,
  IDENTITY,
  invertTransform,
  type Size,
  type Transform,
} from '../../domain/geometry.ts';
import { type LayoutId, layoutOf } from '../../domain/layouts.ts';
import type { CropSpec } from '../../domain/modelCard.ts';
import { type CanvasSet, nominalTransform } from '../data/canvas.ts';

export type NetworkInput = CropSpec & { readonly channels: 1 | 3 };

export interface SampleTable {
  readonly samples: number;
  /** K. */
  readonly points: number;
  readonly input: NetworkInput;
  readonly canvas: Size;
  /** `flip[i]` is what point i becomes in the mirror image. */
  readonly flip: readonly number[];
  /** [N][height][width][3] of the canvas. Shared. */
  readonly pixels: Uint8Array;
  /** [N][6]: a, b, c, d, tx, ty from pixels of the canvas to pixels of the input. Shared. */
  readonly canvasToInput: Float64Array;
  /** [N][K][2] in pixels of the input, without augmentation. Shared. */
  readonly targets: Float64Array;
  /** [N][K]: 1 where the point is labelled. Shared. */
  readonly mask: Uint8Array;
  /** [N]: side of the face's box in pixels of the input, or the input's shorter side for whole images. Shared. */
  readonly boxSides: Float64Array;
}

/**
 * `layout` is that of the samples, all of which must be labelled (see `withLayout`). Where the input is cut as the
 * canvases are, they are used as they are: evaluation sees the very pixels that scoring sees.
 */
export function createSampleTable(canvases: CanvasSet, input: NetworkInput, layout: LayoutId): SampleTable {
  const n = canvases.samples.length;
  const points = canvases.samples[0]?.keypoints?.length ?? 0;
  const table: SampleTable = {
    samples: n,
    points,
    input,
    canvas: { width: canvases.spec.width, height: canvases.spec.height },
    flip: layoutOf(layout, points).flip,
    pixels: canvases.pixels,
    canvasToInput: new Float64Array(new SharedArrayBuffer(n * 6 * 8)),
    targets: new Float64Array(new SharedArrayBuffer(n * points * 2 * 8)),
    mask: new Uint8Array(new SharedArrayBuffer(n * points)).fill(1),
    boxSides: new Float64Array(new SharedArrayBuffer(n * 8)),
  };
  for (let index = 0; index < n; index++) fillRow(table, canvases, index);
  return table;
}

function fillRow(table: SampleTable, canvases: CanvasSet, index: number): void {
  const sample = canvases.samples[index]!;
  const { points, input } = table;
  if (sample.keypoints?.length !== points) {
    throw new RangeError(`Expected ${points} keypoints for ${sample.image}, got ${sample.keypoints?.length ?? 'none'}`);
  }
  const { imageToInput, canvasToInput } = transformsOf(canvases, index, input);
  const { a, b, c, d, tx, ty } = canvasToInput;
  table.canvasToInput.set([a, b, c, d, tx, ty], index * 6);
  table.targets.set(applyToAll(imageToInput, sample.keypoints).flat(), index * points * 2);
  if (sample.labelled) table.mask.set(sample.labelled.map(Number), index * points);
  const whole = canvases.rule === 'whole' || !sample.box;
  table.boxSides[index] = whole
    ? Math.min(input.width, input.height)
    : Math.max(sample.box.width, sample.box.height) * imageToInput.a;
}

function transformsOf(
  canvases: CanvasSet,
  index: number,
  input: NetworkInput,
): { imageToInput: Transform; canvasToInput: Transform } {
  const imageToCanvas = canvases.imageToCanvas[index]!;
  if (sameCrop(canvases.spec, input)) return { imageToInput: imageToCanvas, canvasToInput: IDENTITY };
  const imageToInput = nominalTransform(canvases.samples[index]!, canvases.sizes[index]!, input, canvases.rule);
  return { imageToInput, canvasToInput: composeTransforms(invertTransform(imageToCanvas), imageToInput) };
}

function sameCrop(a: CropSpec, b: CropSpec): boolean {
  const shown = (spec: CropSpec) => [spec.width, spec.height, spec.margin, spec.fit, spec.kernel].join();
  return shown(a) === shown(b);
}
