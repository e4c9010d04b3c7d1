/**
 * The surface of the head. Rows of constant t are closed curves about a vertical axis; on them sit bumps for brows,
 * sockets, nose, lips, cheeks and chin. Space: x to the right of the image, y down, z to the viewer.
 */
import { gauss, monotoneCurve, smoothstep } from './curves.ts';
import type { Features } from './features.ts';
import type { Expression, HeadShape } from './parameters.ts';

export type Vec3 = readonly [x: number, y: number, z: number];

export const CROWN = -1.42;
export const CHIN = 1.46;

export interface HeadSurface {
  /** s in radians, -pi to pi; t from CROWN to CHIN. */
  at(s: number, t: number): Vec3;
  /** Half width of the row. */
  width(t: number): number;
}

export function headSurface(shape: HeadShape, expression: Expression, features: Features): HeadSurface {
  const { jawWidth: jaw, chinWidth: chin } = shape;
  const width = monotoneCurve([
    [CROWN, 0.02],
    [-1.38, 0.27],
    [-1.28, 0.5],
    [-1.05, 0.77],
    [-0.7, 0.94],
    [-0.25, 1.02],
    [0.15, 1.01],
    [0.5, 0.965 * (0.5 + 0.5 * jaw)],
    [0.8, 0.89 * jaw],
    [1.05, 0.735 * jaw],
    [1.24, 0.52 * (jaw + chin) * 0.5],
    [1.36, 0.33 * chin],
    [1.43, 0.18 * chin],
    [CHIN, 0.02],
  ]);
  const front = monotoneCurve([
    [CROWN, 0.02],
    [-1.38, 0.3],
    [-1.28, 0.52],
    [-1.05, 0.78],
    [-0.75, 0.93],
    [-0.35, 0.99],
    [0.1, 0.96],
    [0.6, 0.97],
    [1.0, 0.99],
    [1.25, 0.98],
    [1.38, 0.9],
    [1.43, 0.78],
    [CHIN, 0.56],
  ]);
  const back = monotoneCurve([
    [CROWN, 0.1],
    [-1.35, 0.55],
    [-1.1, 0.95],
    [-0.5, 1.2],
    [0.2, 1.1],
    [0.7, 0.75],
    [1.0, 0.35],
    [1.2, -0.02],
    [1.35, -0.2],
    [CHIN, -0.5],
  ]);
  const centre = monotoneCurve([
    [0.3, 0],
    [0.8, 0.06],
    [1.1, 0.22],
    [1.3, 0.42],
    [CHIN, 0.53],
  ]);
  const drop = features.mouth.open * 0.75;
  // Meshes ask row by row.
  let row = { t: Number.NaN, half: 0, ahead: 0, behind: 0, middle: 0 };
  const rowAt = (t: number) => {
    if (row.t !== t) row = { t, half: width(t), ahead: front(t), behind: back(t), middle: t < 0.3 ? 0 : centre(t) };
    return row;
  };
  return {
    width,
    at(s, t) {
      const { half, ahead, behind, middle } = rowAt(t);
      const cos = Math.cos(s);
      const sin = Math.sin(s);
      const depth = cos >= 0 ? ahead - middle : behind + middle;
      // A little squarer than an ellipse.
      const r = (Math.abs(sin / half) ** 2.35 + Math.abs(cos / Math.max(0.02, depth)) ** 2.35) ** (-1 / 2.35);
      const x = r * sin;
      const facing = smoothstep(0.1, 0.45, cos);
      const z = middle + r * cos + (facing > 0 ? facing * relief(s, t, shape, expression, features) : 0);
      const y = t + drop * smoothstep(features.mouth.middle, 1.25, t);
      return [x * shape.faceWidth, y * shape.faceLength, z];
    },
  };
}

/** How far the skin stands out from the row's curve. */
function relief(s: number, t: number, shape: HeadShape, expression: Expression, f: Features): number {
  const side = Math.abs(s);
  const smile = Math.max(0, expression.smile);
  const m = f.mouth.middle;
  const low = m + f.mouth.open;
  let z = 0.045 * gauss(t + 0.17, 0.12) * gauss(side - 0.3, 0.45);
  z -= 0.11 * gauss(side - 0.435 * shape.eyeDistance, 0.23) * gauss(t - 0.005, 0.14);
  z += 0.055 * gauss(side - 0.445 * shape.eyeDistance, 0.15) * gauss(t - 0.01, 0.085);
  z += (0.045 * shape.cheeks + 0.05 * smile) * gauss(side - 0.55, 0.24) * gauss(t - (0.42 - 0.06 * smile), 0.2);
  z -=
    0.03 *
    (0.4 + smile) *
    gauss(side - 0.34 - (t - 0.6) * 0.35, 0.06) *
    smoothstep(0.5, 0.65, t) *
    smoothstep(1.05, 0.85, t);
  z += 0.06 * gauss(s, 0.4) * gauss(t - m, 0.24);
  z += 0.03 * shape.lipFullness * gauss(s, 0.24) * gauss(t - (m - 0.05), 0.045);
  z += 0.045 * shape.lipFullness * gauss(s, 0.2) * gauss(t - (low + 0.06), 0.05);
  z -= 0.03 * gauss(s, f.mouth.halfWidth * 0.95) * gauss(t - m, 0.018);
  z -= 0.05 * gauss(s, 0.26) * gauss(t - (low + 0.2), 0.075);
  z += 0.07 * gauss(s, 0.24) * gauss(t - 1.26, 0.12);
  return z + nose(s, t, shape, f);
}

function nose(s: number, t: number, shape: HeadShape, f: Features): number {
  const tip = f.noseTip;
  const rise = smoothstep(-0.2, tip, t) * 0.62 + smoothstep(tip - 0.28, tip, t) * 0.38;
  const fall = smoothstep(f.noseBase + 0.03, tip + 0.03, t);
  const height = 0.4 * shape.noseHeight * rise * fall;
  const width = 0.085 + 0.06 * smoothstep(0, tip, t) * shape.noseWidth;
  const ridge = height * gauss(s, width);
  const bridge = 0.05 * shape.noseHeight * gauss(s, 0.13) * gauss(t - 0.02, 0.2);
  const wings =
    0.13 * gauss(Math.abs(s) - f.noseHalfWidth * 0.72, 0.055) * gauss(t - (f.noseBase - 0.07), 0.07) * shape.noseWidth;
  return ridge + bridge + wings;
}
