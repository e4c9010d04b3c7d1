import type { Point } from '../../domain/geometry.ts';
import { sharp } from '../../imaging/sharp.ts';
import { createRng } from '../augment/rng.ts';
import { css, type Rgb, shade } from './parameters.ts';

/**
 * The photo with a medical mask drawn over nose, mouth and chin of the face whose 68 points (pixels, ibug68) are
 * given. Gives PNG bytes of the same size; the points stay where they are.
 */
export async function maskedFace(image: Uint8Array, keypoints: readonly Point[], seed = 1): Promise<Buffer> {
  if (keypoints.length !== 68) throw new RangeError(`Expected the 68 points of ibug68, got ${keypoints.length}`);
  const { data, info } = await sharp(image).autoOrient().removeAlpha().png().toBuffer({ resolveWithObject: true });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${info.width}" height="${info.height}">${mask(keypoints, seed)}</svg>`;
  return await sharp(data)
    .composite([{ input: Buffer.from(svg) }])
    .png()
    .toBuffer();
}

function mask(p: readonly Point[], seed: number): string {
  const rng = createRng(seed, 0x3a5c);
  const colour: Rgb = rng.chance(0.7) ? [126, 176, 208] : [234, 236, 238];
  const width = Math.hypot(p[15]![0] - p[1]![0], p[15]![1] - p[1]![1]);
  const line = (share: number) => (width * share).toFixed(2);
  const nose = p[28]!;
  const top = curve([p[1]!, between(p[1]!, nose, 0.55, 0.03), nose, between(p[15]!, nose, 0.55, 0.03), p[15]!]);
  // The cloth stands off the chin a little.
  const centre = p[33]!;
  const bottom = curve([p[14]!, ...[12, 10, 8, 6, 4].map((i) => between(centre, p[i]!, 1.05)), p[2]!]);
  const edge = css(shade(colour, 0.68));
  const folds = [0.2, 0.45, 0.7].map((share) => {
    const points = [between(p[2]!, p[4]!, share), between(p[33]!, p[8]!, share + 0.15), between(p[14]!, p[12]!, share)];
    return `<path d="M${curve(points)}" fill="none" stroke="${edge}" stroke-width="${line(0.008)}" opacity="0.6"/>`;
  });
  const straps = [
    [p[1]!, p[0]!],
    [p[15]!, p[16]!],
    [p[3]!, p[0]!],
    [p[13]!, p[16]!],
  ].map(([from, to]) => `<path d="M${from}L${to}" stroke="${css(colour)}" stroke-width="${line(0.012)}" fill="none"/>`);
  return `<defs><linearGradient id="cloth" x1="0" y1="0" x2="0.7" y2="1"><stop offset="0" stop-color="${css(shade(colour, 1.06))}"/>
<stop offset="0.6" stop-color="${css(shade(colour, 0.92))}"/><stop offset="1" stop-color="${css(shade(colour, 0.7))}"/></linearGradient></defs>
${straps.join('')}<path d="M${top}L${bottom}Z" fill="url(#cloth)" stroke="${edge}" stroke-width="${line(0.006)}"/>${folds.join('')}`;
}

/** `share` of the way from a to b, lifted by `lift` of the distance. */
function between(a: Point, b: Point, share: number, lift = 0): Point {
  const distance = Math.hypot(b[0] - a[0], b[1] - a[1]);
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share - lift * distance];
}

/** A smooth path through the points (Catmull and Rom), from the first, without its `M`. */
function curve(points: readonly Point[]): string {
  let d = `${points[0]![0].toFixed(2)} ${points[0]![1].toFixed(2)}`;
  for (let i = 0; i + 1 < points.length; i++) {
    const [before, from, to, after] = [
      points[i - 1] ?? points[i]!,
      points[i]!,
      points[i + 1]!,
      points[i + 2] ?? points[i + 1]!,
    ];
    const c1 = [from[0] + (to[0] - before[0]) / 6, from[1] + (to[1] - before[1]) / 6];
    const c2 = [to[0] - (after[0] - from[0]) / 6, to[1] - (after[1] - from[1]) / 6];
    d += `C${[...c1, ...c2, ...to].map((v) => v.toFixed(2)).join(' ')}`;
  }
  return d;
}
