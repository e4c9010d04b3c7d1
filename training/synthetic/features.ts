/**
 * Where things are on the skin, in its own coordinates: s around the head (radians, 0 in the middle, positive to the
 * right of the image when seen from the front), t downwards (0 at the eyes, about 1.45 at the chin). The drawing of the skin and the 68 points both come
 * from these curves, so that points are where the drawing says.
 */
import type { Expression, HeadShape } from './parameters.ts';

export type SkinPoint = readonly [s: number, t: number];

export interface EyeFeatures {
  readonly outer: SkinPoint;
  readonly inner: SkinPoint;
  /** From the outer to the inner corner, u from 0 to 1. */
  upper(u: number): SkinPoint;
  lower(u: number): SkinPoint;
  readonly iris: SkinPoint;
  readonly irisRadius: number;
  /** 1: the image's right (the subject's left), -1: the other. */
  readonly side: 1 | -1;
}

export interface MouthFeatures {
  /** From the image's left corner to the right one, u from 0 to 1. */
  outerUpper(u: number): SkinPoint;
  outerLower(u: number): SkinPoint;
  innerUpper(u: number): SkinPoint;
  innerLower(u: number): SkinPoint;
  readonly middle: number;
  readonly halfWidth: number;
  readonly open: number;
}

export interface Features {
  readonly eyes: readonly [right: EyeFeatures, left: EyeFeatures];
  /** From the outer end to the inner end. */
  brow(side: 1 | -1, u: number): SkinPoint;
  readonly browThickness: number;
  readonly noseTip: number;
  readonly noseBase: number;
  readonly noseHalfWidth: number;
  readonly mouth: MouthFeatures;
}

/** From its tip down to where it meets the lip. */
const NOSE_UNDERSIDE = 0.165;

/**
 * Proportions are those of the mean of the near-frontal faces of 300-W, within 0.04 of the distance of the eyes.
 */
export function featuresOf(shape: HeadShape, expression: Expression): Features {
  const noseTip = 0.48 * shape.noseLength;
  return {
    eyes: [eye(-1, shape, expression), eye(1, shape, expression)],
    brow: (side, u) => brow(side, u, shape, expression),
    browThickness: 0.05,
    noseTip,
    noseBase: noseTip + NOSE_UNDERSIDE,
    noseHalfWidth: 0.185 * shape.noseWidth,
    mouth: mouth(shape, expression, noseTip + NOSE_UNDERSIDE),
  };
}

function eye(side: 1 | -1, shape: HeadShape, expression: Expression): EyeFeatures {
  const half = 0.18 * shape.eyeSize;
  const centre = side * 0.445 * shape.eyeDistance;
  const tilt = 0.018;
  const outer: SkinPoint = [centre + side * half, -tilt];
  const inner: SkinPoint = [centre - side * half, tilt];
  const squint = 1 - 0.25 * Math.max(0, expression.smile);
  const up = 0.09 * shape.eyeSize * expression.eyesOpen * squint - 0.012 * (1 - Math.min(1, expression.eyesOpen));
  const down = 0.05 * shape.eyeSize * (1 - 0.25 * Math.max(0, expression.smile));
  const along = (u: number, height: number, skew: number): SkinPoint => {
    const bow = 4 * u * (1 - u) * (1 + skew * (u - 0.5));
    return [outer[0] + (inner[0] - outer[0]) * u, outer[1] + (inner[1] - outer[1]) * u + height * bow];
  };
  const [gx, gy] = expression.gaze;
  return {
    outer,
    inner,
    upper: (u) => along(u, -up, 0.35),
    lower: (u) => along(u, down, -0.4),
    iris: [centre + gx * 0.07, -0.018 + gy * 0.04],
    irisRadius: 0.077 * shape.eyeSize ** 0.5,
    side,
  };
}

function brow(side: 1 | -1, u: number, shape: HeadShape, expression: Expression): SkinPoint {
  const raise = 0.07 * expression.browRaise;
  const height = -0.235 * shape.browHeight - raise;
  // A frown pulls the inner ends down and together.
  const inner = 0.17 + 0.03 * Math.min(0, expression.browRaise);
  const s = 0.87 + (inner - 0.87) * u;
  const arch = 0.13 * (1 - Math.abs((u - 0.46) / 0.54) ** 2.2);
  const frown = Math.max(0, -expression.browRaise) * 0.05 * u * u;
  return [side * s * shape.eyeDistance, height - arch + 0.062 + frown];
}

function mouth(shape: HeadShape, expression: Expression, noseBase: number): MouthFeatures {
  const smile = expression.smile;
  const open = expression.mouthOpen * 0.34;
  const middle = noseBase + 0.25 + 0.01 * smile;
  const halfWidth = 0.365 * shape.mouthWidth * (1 + 0.24 * Math.max(0, smile) - 0.14 * expression.mouthOpen);
  const corner = middle - 0.1 * smile + open * 0.3;
  const full = shape.lipFullness * (1 - 0.25 * Math.max(0, smile));
  const upper = 0.1 * full;
  const lower = 0.128 * full;
  const bow = (u: number) => 1 - (2 * u - 1) ** 2;
  const at = (u: number, t: number): SkinPoint => {
    const x = 2 * u - 1;
    return [halfWidth * x, corner + (t - corner) * (1 - Math.abs(x) ** 2.2)];
  };
  const cupid = (u: number) => 0.018 * full * Math.exp(-(((u - 0.5) / 0.07) ** 2));
  return {
    outerUpper: (u) => at(u, middle - upper * (0.35 + 0.65 * bow(u) ** 0.6) + cupid(u)),
    innerUpper: (u) => at(u, middle - 0.004 + 0.012 * bow(u)),
    innerLower: (u) => at(u, middle + 0.012 + open),
    outerLower: (u) => at(u, middle + open + lower * (0.5 + 0.5 * bow(u))),
    middle,
    halfWidth,
    open,
  };
}
