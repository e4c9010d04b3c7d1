import { applyToAll, type Point, similarity, type Transform } from '../../domain/geometry.ts';
import { sharp } from '../../imaging/sharp.ts';
import { createRng } from '../augment/rng.ts';
import { smoothstep } from './curves.ts';

export interface ScreenPhoto {
  /** PNG, of the size of the image. */
  readonly bytes: Buffer;
  readonly keypoints: readonly Point[];
}

export interface ScreenOptions {
  /** Of the display's pixels in pixels of the photo, near 1: that is where moiré is strongest. Default 1.9. */
  readonly pitch?: number;
  readonly seed?: number;
}

/**
 * The image as if it had been shown on a display and photographed from it, a little turned. Nothing of the moiré is
 * drawn: it comes, as it does in life, of sampling the display's stripes of red, green and blue at another pitch.
 */
export async function photographedScreen(
  image: Uint8Array,
  keypoints: readonly Point[],
  options: ScreenOptions = {},
): Promise<ScreenPhoto> {
  const rng = createRng(options.seed ?? 1, 0x5c2ee7);
  const { data, info } = await sharp(image)
    .autoOrient()
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const pitch = options.pitch ?? 1.9;
  const turn = rng.uniform(0.012, 0.035) * (rng.chance(0.5) ? 1 : -1);
  const centre: Point = [width / 2, height / 2];
  const toPhoto = similarity(centre, turn, 0.93);
  const toScreen = similarity(centre, -turn, 1 / 0.93);
  const glare = { x: rng.uniform(0, width), y: rng.uniform(0, height * 0.4), radius: width * rng.uniform(0.3, 0.6) };
  const out = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3;
      const shine = 70 * (1 - smoothstep(0, glare.radius, Math.hypot(x - glare.x, y - glare.y)));
      for (let k = 0; k < 3; k++) {
        const value = display(data, width, height, toScreen, x + 0.5, y + 0.5, k, pitch);
        out[at + k] = Math.max(0, Math.min(255, Math.round(value * 0.96 + shine + 10 + rng.normal(2.5))));
      }
    }
  }
  const bytes = await sharp(out, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  return { bytes, keypoints: applyToAll(toPhoto, keypoints) };
}

/** Light of one colour that the display sends to one place of the sensor, gathered over four points of it. */
function display(
  data: Buffer,
  width: number,
  height: number,
  toScreen: Transform,
  x: number,
  y: number,
  channel: number,
  pitch: number,
): number {
  let sum = 0;
  for (const [dx, dy] of SENSOR) {
    const u = toScreen.a * (x + dx) + toScreen.b * (y + dy) + toScreen.tx;
    const v = toScreen.c * (x + dx) + toScreen.d * (y + dy) + toScreen.ty;
    if (u < 0 || v < 0 || u >= width || v >= height) {
      sum += 12; // the bezel
      continue;
    }
    const column = Math.floor(u / pitch);
    const row = Math.floor(v / pitch);
    const across = u / pitch - column;
    const down = v / pitch - row;
    // Each display pixel is three upright stripes with dark gaps between pixels.
    const stripe = Math.floor(across * 3) === channel && down > 0.12 ? 2.2 : 0.35;
    const px = Math.min(width - 1, Math.floor((column + 0.5) * pitch));
    const py = Math.min(height - 1, Math.floor((row + 0.5) * pitch));
    sum += data[(py * width + px) * 3 + channel]! * stripe;
  }
  return sum / SENSOR.length;
}

const SENSOR = [
  [-0.25, -0.25],
  [0.25, -0.25],
  [-0.25, 0.25],
  [0.25, 0.25],
] as const;
