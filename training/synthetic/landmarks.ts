/** The 68 points (Multi-PIE/300-W markup) of a rendered face, in pixels of the image. */
import { distance, type Point } from '../../domain/geometry.ts';
import type { Camera } from './camera.ts';
import type { EyeFeatures, Features, SkinPoint } from './features.ts';
import { CHIN, type HeadSurface, type Vec3 } from './head.ts';

export function landmarks68(surface: HeadSurface, features: Features, camera: Camera): Point[] {
  const onSkin = ([s, t]: SkinPoint): Point => camera.project(camera.turn(surface.at(s, t)));
  return [...jaw(surface, camera), ...innerPoints(features).map(onSkin)];
}

/** The 58 points of the IMM Face Database (Nordstrøm et al., 2004), in pixels of the image. */
export function landmarks58(surface: HeadSurface, features: Features, camera: Camera): Point[] {
  const onSkin = ([s, t]: SkinPoint): Point => camera.project(camera.turn(surface.at(s, t)));
  const [right, left] = features.eyes;
  const m = features.mouth;
  const eye = (of: EyeFeatures): SkinPoint[] => [
    of.outer,
    ...[0.25, 0.5, 0.75].map(of.upper),
    of.inner,
    ...[0.75, 0.5, 0.25].map(of.lower),
  ];
  const brow = (side: 1 | -1) => [1, 0.75, 0.5, 0.25, 0].map((u) => features.brow(side, u));
  const [half, base, tip] = [features.noseHalfWidth, features.noseBase, features.noseTip];
  const noseSide: SkinPoint[] = [
    [0.08, 0],
    [0.1, tip * 0.55],
    [half * 0.95, tip * 0.85],
    [half, tip + 0.04],
    [half * 0.6, base - 0.02],
  ];
  const skin: SkinPoint[] = [
    ...eye(left),
    ...eye(right),
    ...brow(1),
    ...brow(-1),
    ...[0, 0.36, 0.5, 0.64].map(m.outerUpper),
    m.outerUpper(1),
    ...[0.66, 0.5, 0.34].map(m.outerLower),
    ...noseSide.map(([s, t]): SkinPoint => [-s, t]),
    [0, base],
    ...noseSide.toReversed(),
  ];
  return [...outlineFrom(0.62, 6, surface, camera), ...skin.map(onSkin)];
}

/** Points 17 to 67 on the skin. The subject's right is the image's left. */
function innerPoints(f: Features): SkinPoint[] {
  const brow = (side: 1 | -1) => [0, 0.25, 0.5, 0.75, 1].map((u) => f.brow(side, u));
  const nose: SkinPoint[] = [0, 1, 2, 3].map((i) => [0, -0.025 + ((f.noseTip + 0.025) * i) / 3]);
  const base: SkinPoint[] = [-1, -0.5, 0, 0.5, 1].map((x) => [
    x * f.noseHalfWidth * 1.04,
    f.noseBase - 0.02 - 0.055 * Math.abs(x) ** 2 + (x === 0 ? 0.005 : 0),
  ]);
  const [right, left] = f.eyes;
  const m = f.mouth;
  const over = (curve: (u: number) => SkinPoint, us: readonly number[]) => us.map(curve);
  return [
    ...brow(-1),
    ...brow(1).reverse(),
    ...nose,
    ...base,
    ...[right.outer, right.upper(0.33), right.upper(0.67), right.inner, right.lower(0.67), right.lower(0.33)],
    ...[left.inner, left.upper(0.67), left.upper(0.33), left.outer, left.lower(0.33), left.lower(0.67)],
    ...over(m.outerUpper, [0, 0.2, 0.39, 0.5, 0.61, 0.8, 1]),
    ...over(m.outerLower, [0.8, 0.62, 0.5, 0.38, 0.2]),
    ...over(m.innerUpper, [0.06, 0.36, 0.5, 0.64, 0.94]),
    ...over(m.innerLower, [0.64, 0.5, 0.36]),
  ];
}

/** How far round the head the jaw's outline may lie: in front of the ear. */
const FURTHEST = 1.62;
const TOP_OF_JAW = -0.06;

/**
 * Points 0 to 16 along the visible outline, as people mark it: of each row the outermost point in front of the ear;
 * then evenly spaced from the height of the eyes to the chin.
 */
function jaw(surface: HeadSurface, camera: Camera): Point[] {
  return outlineFrom(TOP_OF_JAW, 8, surface, camera);
}

/** `each` points down either side from the row `top`, and the chin between them. */
function outlineFrom(top: number, each: number, surface: HeadSurface, camera: Camera): Point[] {
  const chin = lowest(surface, camera);
  const right = evenly([...outline(surface, camera, -1, top), chin], each, camera);
  const left = evenly([...outline(surface, camera, 1, top), chin], each, camera);
  return [...right, camera.project(chin), ...left.reverse()];
}

function outline(surface: HeadSurface, camera: Camera, side: 1 | -1, top: number): Vec3[] {
  const points: Vec3[] = [];
  for (let row = 0; row <= 34; row++) {
    const t = top + ((CHIN - 0.04 - top) * row) / 34;
    let best: Vec3 | null = null;
    for (let step = 0; step <= 30; step++) {
      const turned = camera.turn(surface.at((side * (FURTHEST * step)) / 30, t));
      if (!best || side * camera.upright(turned)[0] > side * camera.upright(best)[0]) best = turned;
    }
    points.push(best!);
  }
  return points;
}

function lowest(surface: HeadSurface, camera: Camera): Vec3 {
  let best: Vec3 | null = null;
  for (let t = CHIN - 0.16; t <= CHIN; t += 0.01) {
    const turned = camera.turn(surface.at(0, t));
    if (!best || camera.upright(turned)[1] > camera.upright(best)[1]) best = turned;
  }
  return best!;
}

/** `count` points evenly spaced over the projected line, the first included, the last not. */
function evenly(line: readonly Vec3[], count: number, camera: Camera): Point[] {
  const flat = line.map((point) => camera.project(point));
  const lengths = [0];
  for (let i = 1; i < flat.length; i++) lengths.push(lengths[i - 1]! + distance(flat[i - 1]!, flat[i]!));
  return Array.from({ length: count }, (_, k) => {
    const wanted = (lengths.at(-1)! * k) / count;
    let i = 1;
    while (i < flat.length - 1 && lengths[i]! < wanted) i++;
    const share = (wanted - lengths[i - 1]!) / (lengths[i]! - lengths[i - 1]! || 1);
    const [a, b] = [flat[i - 1]!, flat[i]!];
    return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share];
  });
}
