/** The meshes of one face: head, ears, hair, neck, shoulders. */
import type { Camera } from './camera.ts';
import { gauss, monotoneCurve, smoothstep, valueNoise } from './curves.ts';
import { hairline } from './hairline.ts';
import { CHIN, CROWN, type HeadSurface, type Vec3 } from './head.ts';
import { gridMesh, type Mesh, spaced } from './mesh.ts';
import type { FaceParameters } from './parameters.ts';

/** `bodyTurn` turns neck and shoulders, which follow the head only a little. */
export function sceneMeshes(
  parameters: FaceParameters,
  surface: HeadSurface,
  camera: Camera,
  bodyTurn: (point: Vec3) => Vec3,
  seed: number,
): Mesh[] {
  const { look, shape } = parameters;
  const meshes = [headMesh(surface, camera), ear(surface, camera, -1), ear(surface, camera, 1)];
  if (look.hairStyle !== 'bald') meshes.push(hairCap(parameters, surface, camera, seed));
  if (look.hairStyle === 'long') meshes.push(curtain(look.hairVolume, camera, seed));
  const neckWidth = 0.5 + 0.12 * (shape.jawWidth - 1) * 5 * 0.5;
  meshes.push(neck(neckWidth, bodyTurn), shoulders(bodyTurn));
  return meshes;
}

/** Rows are close where there is most to see. */
const ROWS = [
  ...spaced(CROWN, -1.2, 8).slice(0, -1),
  ...spaced(-1.2, -0.35, 14).slice(0, -1),
  ...spaced(-0.35, 1.36, 66).slice(0, -1),
  ...spaced(1.36, CHIN, 8),
];
const COLUMNS = [
  ...spaced(-Math.PI, -1.7, 10).slice(0, -1),
  ...spaced(-1.7, -0.75, 18).slice(0, -1),
  ...spaced(-0.75, 0.75, 48).slice(0, -1),
  ...spaced(0.75, 1.7, 18).slice(0, -1),
  ...spaced(1.7, Math.PI, 10),
];

function headMesh(surface: HeadSurface, camera: Camera): Mesh {
  return gridMesh('skin', { u: COLUMNS, v: ROWS, at: (s, t) => surface.at(s, t) }, camera.turn);
}

function ear(surface: HeadSurface, camera: Camera, side: 1 | -1): Mesh {
  const [x, y, z] = surface.at(side * 1.66, 0.2);
  const at = (u: number, v: number): Vec3 => {
    const r = Math.sin(v);
    const along = -Math.cos(v);
    const rim = 1 - 0.3 * gauss(u - (side > 0 ? 0 : Math.PI), 0.7);
    return [
      x + side * 0.02 + Math.cos(u) * r * 0.085 * rim + side * 0.05 * r * gauss(Math.sin(u) + 0.6, 0.6),
      y + along * 0.29,
      z - 0.05 + Math.sin(u) * r * 0.17 - along * -0.05,
    ];
  };
  return gridMesh('ear', { u: spaced(0, 2 * Math.PI, 18), v: spaced(0.02, Math.PI - 0.02, 14), at }, camera.turn);
}

const HAIR_COLUMNS = [
  ...spaced(-Math.PI, -1.6, 16).slice(0, -1),
  ...spaced(-1.6, 1.6, 110).slice(0, -1),
  ...spaced(1.6, Math.PI, 16),
];

function hairCap({ look }: FaceParameters, surface: HeadSurface, camera: Camera, seed: number): Mesh {
  const line = hairline(look.hairStyle);
  const volume = look.hairVolume * (look.hairStyle === 'long' ? 0.15 : look.hairStyle === 'receding' ? 0.06 : 0.11);
  const at = (s: number, t: number): Vec3 => {
    const [x, y, z] = surface.at(s, Math.min(t, 1));
    const edge = line(s) + 0.035 * valueNoise(s * 7, 1, seed) + 0.02 * valueNoise(s * 40, 2, seed);
    const inside = edge - t;
    // Grows out of the skin quickly, and sinks below it outside the hairline.
    const thick =
      inside > 0
        ? 0.012 + 0.02 * smoothstep(0, 0.1, inside) + volume * smoothstep(0, 0.5, inside)
        : Math.max(-0.12, inside * 1.2);
    const bumps =
      inside > 0 ? 1 + 0.22 * valueNoise(s * 6, t * 4, seed + 1) + 0.1 * valueNoise(s * 19, t * 6, seed + 2) : 1;
    const grow = 1 + thick * bumps;
    const top = smoothstep(-0.7, CROWN, t) * volume * 0.5;
    return [x * grow, (y + 0.1) * grow - 0.1 - top, z * grow];
  };
  const rows = [...spaced(CROWN, -0.3, 32).slice(0, -1), ...spaced(-0.3, 1, 24)];
  return gridMesh('hair', { u: HAIR_COLUMNS, v: rows, at }, camera.turn);
}

/** Long hair: falls behind and beside the face, open in front. */
function curtain(volume: number, camera: Camera, seed: number): Mesh {
  const length = 1.5 + 0.9 * (volume - 0.5);
  const at = (u: number, v: number): Vec3 => {
    const down = smoothstep(-1.2, -0.4, v);
    const wave = 0.05 * valueNoise(u * 4, v * 2.2, seed + 5) + 0.03 * valueNoise(u * 13, v * 1.5, seed + 6);
    const spread = 0.55 + 0.52 * down + 0.1 * volume * smoothstep(0.2, 1.5, v) + wave;
    const depth = 0.6 + 0.65 * down + wave;
    return [Math.sin(u) * spread, v, Math.cos(u) * depth - 0.12 - 0.1 * smoothstep(1, 2, v)];
  };
  const open = 1.52;
  return gridMesh('hair', { u: spaced(open, 2 * Math.PI - open, 72), v: spaced(-1.25, length, 36), at }, camera.turn);
}

function neck(width: number, turn: (p: Vec3) => Vec3): Mesh {
  const at = (u: number, v: number): Vec3 => {
    const w = width + 0.15 * smoothstep(1.75, 2.35, v) ** 2;
    const throat = 0.03 * gauss(u, 0.2) * gauss(v - 1.8, 0.15);
    return [Math.sin(u) * w, v, Math.cos(u) * (w * 0.95 + throat) - 0.28 + 0.06 * (v - 1)];
  };
  return gridMesh('ear', { u: spaced(-Math.PI, Math.PI, 40), v: spaced(0.6, 2.6, 24), at }, turn);
}

function shoulders(turn: (p: Vec3) => Vec3): Mesh {
  const profile = monotoneCurve([
    [1.98, 0.74],
    [2.06, 0.86],
    [2.2, 1.2],
    [2.35, 1.75],
    [2.6, 2.2],
    [3.2, 2.45],
    [5, 2.5],
  ]);
  const at = (u: number, v: number): Vec3 => {
    const w = profile(v);
    // The collar is lower in front.
    const collar = 0.22 * gauss(u, 0.9) * smoothstep(2.6, 2.0, v);
    return [Math.sin(u) * w, v + collar, Math.cos(u) * Math.min(w, 0.75 + 0.12 * (v - 2)) - 0.25];
  };
  return gridMesh('cloth', { u: spaced(-Math.PI, Math.PI, 64), v: spaced(1.98, 5, 40), at }, turn);
}
