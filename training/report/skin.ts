/** Which part of a face is not of its own skin's colour: measured against the skin between the eyes. */
import type { FaceFrame } from './yaw.ts';

/** sRGB, [H][W][3]. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Of a face's own axes. */
export interface Region {
  readonly x: readonly [from: number, to: number];
  readonly y: readonly [from: number, to: number];
}

/** BT.601: luma and colour differences. */
type Colour = readonly [luma: number, blue: number, red: number];

/** In 255 levels: about the spread of one person's skin under one light. */
const COLOUR_DISTANCE = 15;
/** Shading on a face goes this far either way; hair and cloth go further. */
const DARKEST = 0.5;
const BRIGHTEST = 1.7;
const STEPS = 24;

/** Median of each channel, which a strand of hair or a frame of glasses does not move. Null where nothing is inside the image. */
export function skinColour(image: Pixels, frame: FaceFrame, regions: readonly Region[]): Colour | null {
  const colours = coloursOf(image, frame, regions);
  if (colours.length === 0) return null;
  const median = (channel: 0 | 1 | 2) =>
    colours.map((colour) => colour[channel]).sort((a, b) => a - b)[Math.floor(colours.length / 2)]!;
  return [median(0), median(1), median(2)];
}

/** 0 to 1; null where there is no skin to compare with, or nothing of the regions inside the image. */
export function shareUnlikeSkin(
  image: Pixels,
  frame: FaceFrame,
  regions: readonly Region[],
  skin: Colour | null,
): number | null {
  const colours = coloursOf(image, frame, regions);
  if (!skin || colours.length === 0) return null;
  return colours.filter((colour) => !likeSkin(colour, skin)).length / colours.length;
}

function likeSkin([luma, blue, red]: Colour, skin: Colour): boolean {
  if (luma < skin[0] * DARKEST || luma > skin[0] * BRIGHTEST) return false;
  return Math.hypot(blue - skin[1], red - skin[2]) <= COLOUR_DISTANCE;
}

function coloursOf({ data, width, height }: Pixels, { origin, x, y }: FaceFrame, regions: readonly Region[]): Colour[] {
  const colours: Colour[] = [];
  for (const region of regions) {
    for (let i = 0; i < STEPS * STEPS; i++) {
      const u = between(region.x, (i % STEPS) / (STEPS - 1));
      const v = between(region.y, Math.floor(i / STEPS) / (STEPS - 1));
      const px = Math.floor(origin[0] + u * x[0] + v * y[0]);
      const py = Math.floor(origin[1] + u * x[1] + v * y[1]);
      if (px < 0 || py < 0 || px >= width || py >= height) continue;
      const at = (py * width + px) * 3;
      colours.push(colourOf(data[at]!, data[at + 1]!, data[at + 2]!));
    }
  }
  return colours;
}

function between([from, to]: readonly [number, number], share: number): number {
  return from + (to - from) * share;
}

function colourOf(r: number, g: number, b: number): Colour {
  const luma = 0.299 * r + 0.587 * g + 0.114 * b;
  return [luma, 0.564 * (b - luma), 0.713 * (r - luma)];
}
