/** What is in front of a face, drawn over it in pixels of the image: glasses, and things that hide parts. SVG. */
import type { Point, Size } from '../../domain/geometry.ts';
import type { Rng } from '../augment/rng.ts';
import type { Camera } from './camera.ts';
import type { Features } from './features.ts';
import type { HeadSurface, Vec3 } from './head.ts';
import { css, type FaceParameters, type Rgb, shade } from './parameters.ts';

export function accessoriesSvg(
  parameters: FaceParameters,
  features: Features,
  surface: HeadSurface,
  camera: Camera,
  size: Size,
  rng: Rng,
): string | null {
  const parts = [
    parameters.look.glasses === 'none' ? '' : glasses(parameters, features, surface, camera, rng),
    occluder(parameters, surface, camera, size, rng),
  ].join('');
  if (parts === '') return null;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}"><defs>
<filter id="soft" x="-30%" y="-30%" width="160%" height="160%"><feGaussianBlur stdDeviation="${camera.pixelsPerUnit * 0.02}"/></filter></defs>${parts}</svg>`;
}

function pathOf(points: readonly Point[], closed: boolean): string {
  return `M${points.map(([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`).join('L')}${closed ? 'Z' : ''}`;
}

function glasses(
  { look, pose }: FaceParameters,
  features: Features,
  surface: HeadSurface,
  camera: Camera,
  rng: Rng,
): string {
  const dark = look.glasses === 'dark';
  const round = rng.uniform(2, 5);
  const [halfWidth, halfHeight] = [rng.uniform(0.29, 0.36), rng.uniform(0.2, 0.28)];
  const frame: Rgb = rng.chance(0.6)
    ? [28, 24, 24]
    : [rng.uniform(40, 160), rng.uniform(30, 110), rng.uniform(30, 110)];
  const width = camera.pixelsPerUnit * rng.uniform(0.02, 0.055);
  const z = surface.at(0, 0.05)[2] + 0.07;
  const at = (x: number, y: number): Point => camera.project(camera.turn([x, y, z - 0.22 * x * x]));
  let svg = '';
  for (const eye of features.eyes) {
    const centre = surface.at((eye.outer[0] + eye.inner[0]) / 2, 0.03);
    const rim = Array.from({ length: 40 }, (_, i) => {
      const angle = (i / 40) * 2 * Math.PI;
      const power = (value: number) => Math.sign(value) * Math.abs(value) ** (2 / round);
      return at(centre[0] + halfWidth * power(Math.cos(angle)), centre[1] + halfHeight * power(Math.sin(angle)));
    });
    const lens = dark ? `fill="rgb(18,18,22)" fill-opacity="0.88"` : `fill="rgb(235,240,250)" fill-opacity="0.08"`;
    svg += `<path d="${pathOf(rim, true)}" ${lens} stroke="${css(frame)}" stroke-width="${width.toFixed(2)}"/>`;
    const glare = [at(centre[0] - 0.2, centre[1] + 0.02), at(centre[0] - 0.06, centre[1] - 0.14)];
    svg += `<path d="${pathOf(glare, false)}" stroke="#fff" stroke-opacity="${dark ? 0.3 : 0.35}" stroke-width="${(width * 1.6).toFixed(2)}" fill="none" filter="url(#soft)"/>`;
    svg += temple(eye.side, centre, halfWidth, z, surface, camera, pose.yaw, css(shade(frame, 0.8)), width);
  }
  const inner = features.eyes.map((eye) => surface.at((eye.outer[0] + eye.inner[0]) / 2, 0)[0] - eye.side * halfWidth);
  const bridge = [at(inner[0]!, -0.01), at(0, -0.05), at(inner[1]!, -0.01)];
  return `${svg}<path d="${pathOf(bridge, false)}" fill="none" stroke="${css(frame)}" stroke-width="${width.toFixed(2)}"/>`;
}

/** The arm to the ear, where it is not behind the face. */
function temple(
  side: 1 | -1,
  centre: Vec3,
  halfWidth: number,
  z: number,
  surface: HeadSurface,
  camera: Camera,
  yaw: number,
  colour: string,
  width: number,
): string {
  if (side * yaw > 6) return '';
  const hinge = centre[0] + side * halfWidth;
  const ear = surface.at(side * 1.5, 0.02);
  const points = [
    camera.project(camera.turn([hinge, -0.06, z - 0.22 * hinge * hinge])),
    camera.project(camera.turn([ear[0] * 1.03, -0.02, ear[2]])),
  ];
  return `<path d="${pathOf(points, false)}" stroke="${colour}" stroke-width="${(width * 0.9).toFixed(2)}" fill="none"/>`;
}

function occluder(
  { occluder: kind, look }: FaceParameters,
  surface: HeadSurface,
  camera: Camera,
  size: Size,
  rng: Rng,
): string {
  switch (kind) {
    case 'none':
      return '';
    case 'mask':
      return medicalMask((s, t) => camera.project(camera.turn(lifted(surface.at(s, t)))), camera.pixelsPerUnit, rng);
    case 'bar': {
      const colour = css([rng.uniform(0, 255), rng.uniform(0, 255), rng.uniform(0, 255)]);
      const w = camera.pixelsPerUnit * rng.uniform(0.5, 1.4);
      const h = camera.pixelsPerUnit * rng.uniform(0.4, 1.6);
      const [x, y] = camera.project(camera.turn(surface.at(rng.uniform(-1, 1), rng.uniform(-0.6, 1.4))));
      return `<rect x="${x - w / 2}" y="${y - h / 2}" width="${w}" height="${h}" fill="${colour}" transform="rotate(${rng.uniform(0, 90)} ${x} ${y})"/>`;
    }
    case 'hand':
      return hand(look.skin, camera, surface, size, rng);
  }
}

function lifted([x, y, z]: Vec3): Vec3 {
  return [x * 1.03, y, z + 0.05];
}

/** A pleated mask over nose, mouth and chin. `at` takes coordinates of the skin to pixels. */
export function medicalMask(at: (s: number, t: number) => Point, pixelsPerUnit: number, rng: Rng): string {
  const colour: Rgb = rng.chance(0.6) ? [120, 170, 205] : rng.chance(0.5) ? [232, 234, 236] : [38, 38, 42];
  const along = (from: readonly [number, number], to: readonly [number, number], bow: number) =>
    Array.from({ length: 13 }, (_, i): Point => {
      const u = i / 12;
      return at(from[0] + (to[0] - from[0]) * u, from[1] + (to[1] - from[1]) * u + bow * 4 * u * (1 - u));
    });
  const top = along([-1.02, 0.42], [1.02, 0.42], -0.2);
  const bottom = along([0.92, 1.0], [-0.92, 1.0], 0.5);
  const edge = css(shade(colour, 0.7));
  const line = (pixels: number) => (pixelsPerUnit * pixels).toFixed(2);
  let pleats = '';
  for (const t of [0.58, 0.74, 0.9]) {
    const fold = along([-0.98, t - 0.02], [0.98, t - 0.02], 0.18);
    pleats += `<path d="${pathOf(fold, false)}" fill="none" stroke="${edge}" stroke-width="${line(0.025)}" opacity="0.7"/>`;
  }
  const straps = [-1, 1]
    .flatMap((side) => [
      along([side * 1.0, 0.45], [side * 1.6, 0.12], 0),
      along([side * 0.92, 0.98], [side * 1.6, 0.4], 0),
    ])
    .map(
      (strap) =>
        `<path d="${pathOf(strap, false)}" fill="none" stroke="${css(shade(colour, 0.95))}" stroke-width="${line(0.03)}"/>`,
    )
    .join('');
  return `<linearGradient id="mask" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="${css(shade(colour, 1.08))}"/><stop offset="1" stop-color="${css(shade(colour, 0.72))}"/></linearGradient>
${straps}<path d="${pathOf([...top, ...bottom], true)}" fill="url(#mask)" stroke="${edge}" stroke-width="${line(0.02)}"/>${pleats}`;
}

/** Fingers from the edge of the picture onto the cheek or chin. */
function hand(skin: Rgb, camera: Camera, surface: HeadSurface, { height }: Size, rng: Rng): string {
  const unit = camera.pixelsPerUnit;
  const side = rng.chance(0.5) ? 1 : -1;
  const [x, y] = camera.project(camera.turn(surface.at(side * rng.uniform(0.2, 0.8), rng.uniform(0.5, 1.2))));
  let fingers = '';
  for (let i = 0; i < 4; i++) {
    const fx = x + side * unit * (0.05 + i * 0.22);
    const tip = y + unit * Math.abs(i - 1.4) * 0.12;
    const end = height + unit;
    fingers += `<path d="M${fx} ${tip}Q${fx + side * unit * 0.1} ${tip + unit * 0.8} ${fx + side * unit * 0.5} ${end}" stroke="${css(shade(skin, 0.75))}" stroke-width="${unit * 0.25}" stroke-linecap="round" fill="none"/>
<path d="M${fx} ${tip}Q${fx + side * unit * 0.1} ${tip + unit * 0.8} ${fx + side * unit * 0.5} ${end}" stroke="${css(skin)}" stroke-width="${unit * 0.19}" stroke-linecap="round" fill="none"/>
<ellipse cx="${fx}" cy="${tip + unit * 0.02}" rx="${unit * 0.055}" ry="${unit * 0.07}" fill="${css(shade(skin, 1.15))}"/>`;
  }
  return fingers;
}
