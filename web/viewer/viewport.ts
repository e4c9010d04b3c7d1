/** Zoom and pan: which part of an image is seen, and where its pixels lie on the stage. Pure. */
import type { Point, Size } from '../../domain/geometry.ts';

/** A point of the image at [x, y] is seen at [x * scale + left, y * scale + top], in CSS pixels of the stage. */
export interface Viewport {
  readonly scale: number;
  readonly left: number;
  readonly top: number;
}

export const MOST_ZOOM = 40;

/** All of the image, as large as it goes, in the middle. */
export function wholeImage(image: Size, stage: Size): Viewport {
  const scale = Math.min(stage.width / image.width, stage.height / image.height);
  return { scale, left: (stage.width - image.width * scale) / 2, top: (stage.height - image.height * scale) / 2 };
}

/** What is under `at` (on the stage) stays there. Never smaller than the whole, never larger than 40 times 1:1. */
export function zoomed(view: Viewport, factor: number, at: Point, image: Size, stage: Size): Viewport {
  const least = wholeImage(image, stage).scale;
  const scale = Math.max(least, Math.min(MOST_ZOOM, view.scale * factor));
  const by = scale / view.scale;
  return kept({ scale, left: at[0] - (at[0] - view.left) * by, top: at[1] - (at[1] - view.top) * by }, image, stage);
}

export function moved(view: Viewport, dx: number, dy: number, image: Size, stage: Size): Viewport {
  return kept({ ...view, left: view.left + dx, top: view.top + dy }, image, stage);
}

/** Brings a part of the image to the middle of the stage, with some room about it. */
export function around(box: { left: number; top: number } & Size, stage: Size): Viewport {
  const scale = Math.min(MOST_ZOOM, (0.8 * stage.width) / box.width, (0.8 * stage.height) / box.height);
  return {
    scale,
    left: stage.width / 2 - (box.left + box.width / 2) * scale,
    top: stage.height / 2 - (box.top + box.height / 2) * scale,
  };
}

export function toStage(view: Viewport, [x, y]: Point): Point {
  return [x * view.scale + view.left, y * view.scale + view.top];
}

/** Smaller than the stage: in the middle. Larger: no gap at an edge. */
function kept(view: Viewport, image: Size, stage: Size): Viewport {
  const side = (offset: number, length: number, room: number) =>
    length <= room ? (room - length) / 2 : Math.max(room - length, Math.min(0, offset));
  return {
    scale: view.scale,
    left: side(view.left, image.width * view.scale, stage.width),
    top: side(view.top, image.height * view.scale, stage.height),
  };
}
