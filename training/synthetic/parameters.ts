/** What can differ between two rendered faces, and how it is drawn from a seed. Lengths are in half widths of a face. */
import type { Rng } from '../augment/rng.ts';

export type Rgb = readonly [r: number, g: number, b: number];

export interface HeadShape {
  /** Factors, about 1. */
  readonly faceWidth: number;
  readonly faceLength: number;
  readonly jawWidth: number;
  readonly chinWidth: number;
  readonly noseLength: number;
  readonly noseWidth: number;
  readonly noseHeight: number;
  readonly eyeDistance: number;
  readonly eyeSize: number;
  readonly browHeight: number;
  readonly mouthWidth: number;
  readonly lipFullness: number;
  readonly cheeks: number;
}

export interface Expression {
  /** -0.3 (sullen) to 1 (broad). */
  readonly smile: number;
  /** 0 to 1. */
  readonly mouthOpen: number;
  /** 0 (shut) to 1.25 (wide). */
  readonly eyesOpen: number;
  /** -1 (frown) to 1 (raised). */
  readonly browRaise: number;
  /** Where the eyes look: -1 to 1 each. */
  readonly gaze: readonly [x: number, y: number];
}

export interface Pose {
  /** Degrees. Positive: the subject's nose points to the right of the image. */
  readonly yaw: number;
  /** Degrees. Positive: the face looks down. */
  readonly pitch: number;
  /** Degrees, clockwise as displayed. */
  readonly roll: number;
}

export const HAIR_STYLES = ['bald', 'short', 'fringe', 'long', 'receding'] as const;
export type HairStyle = (typeof HAIR_STYLES)[number];
export const BEARDS = ['none', 'stubble', 'moustache', 'full'] as const;
export type Beard = (typeof BEARDS)[number];
export const GLASSES = ['none', 'clear', 'dark'] as const;
export type Glasses = (typeof GLASSES)[number];
export const OCCLUDERS = ['none', 'mask', 'hand', 'bar'] as const;
export type Occluder = (typeof OCCLUDERS)[number];

export interface Look {
  readonly skin: Rgb;
  readonly hair: Rgb;
  readonly hairStyle: HairStyle;
  readonly hairVolume: number;
  readonly iris: Rgb;
  readonly lips: Rgb;
  readonly brows: number;
  readonly beard: Beard;
  readonly glasses: Glasses;
  readonly clothes: Rgb;
  readonly makeUp: number;
  /** 0 to 1: lines and blotches. */
  readonly age: number;
}

export interface Light {
  /** Towards the light; x right, y down, z to the viewer. */
  readonly direction: readonly [number, number, number];
  readonly colour: Rgb;
  readonly ambient: Rgb;
}

export interface Person {
  readonly shape: HeadShape;
  readonly look: Look;
}

export interface FaceParameters extends Person {
  readonly expression: Expression;
  readonly pose: Pose;
  readonly light: Light;
  readonly occluder: Occluder;
  /** Distance of the camera in half widths of a face. */
  readonly distance: number;
}

const SKINS: readonly Rgb[] = [
  [246, 214, 190],
  [238, 198, 170],
  [228, 182, 150],
  [214, 164, 128],
  [194, 142, 106],
  [164, 112, 80],
  [130, 86, 60],
  [98, 64, 46],
  [74, 48, 36],
];
const HAIRS: readonly Rgb[] = [
  [24, 20, 18],
  [40, 28, 22],
  [66, 44, 30],
  [98, 68, 42],
  [146, 108, 64],
  [190, 152, 96],
  [126, 58, 30],
  [150, 148, 146],
  [206, 204, 200],
];
const IRISES: readonly Rgb[] = [
  [58, 36, 22],
  [84, 54, 30],
  [104, 84, 48],
  [82, 104, 88],
  [92, 124, 152],
  [120, 138, 146],
];

/** Everything that stays with one person. */
export function drawPerson(rng: Rng): Person {
  const tone = rng.next() * (SKINS.length - 1);
  const darkSkin = tone > 4.5;
  const feminine = rng.chance(0.5);
  const age = rng.next() ** 1.5;
  const skin = jitter(
    mix(SKINS[Math.floor(tone)]!, SKINS[Math.min(SKINS.length - 1, Math.floor(tone) + 1)]!, tone % 1),
    7,
    rng,
  );
  const hair = jitter(pick(darkSkin ? HAIRS.slice(0, 3) : age > 0.75 ? HAIRS.slice(4) : HAIRS, rng), 8, rng);
  const look: Look = {
    skin,
    hair,
    hairStyle: feminine
      ? weighted(rng, { long: 5, fringe: 3, short: 2 })
      : weighted(rng, { short: 6, fringe: 2, receding: 2, bald: 1, long: 0.5 }),
    hairVolume: rng.uniform(0.5, 1.6),
    iris: jitter(pick(darkSkin ? IRISES.slice(0, 2) : IRISES, rng), 8, rng),
    lips: lipColour(skin, feminine && rng.chance(0.4), rng),
    brows: feminine ? rng.uniform(0.5, 0.95) : rng.uniform(0.8, 1.4),
    beard: feminine ? 'none' : weighted(rng, { none: 5, stubble: 3, moustache: 1, full: 2 }),
    glasses: weighted(rng, { none: 8, clear: 2, dark: 0.4 }),
    clothes: [rng.uniform(15, 235), rng.uniform(15, 235), rng.uniform(15, 235)],
    makeUp: feminine ? rng.next() * 0.8 : 0,
    age,
  };
  return { shape: drawShape(rng, feminine), look };
}

function drawShape(rng: Rng, feminine: boolean): HeadShape {
  const about = (mean: number, sigma: number) => mean + Math.max(-2.2, Math.min(2.2, rng.normal(1))) * sigma;
  return {
    faceWidth: about(1, 0.035),
    faceLength: about(1, 0.045),
    jawWidth: about(feminine ? 0.95 : 1.03, 0.045),
    chinWidth: about(feminine ? 0.9 : 1.05, 0.12),
    noseLength: about(1, 0.06),
    noseWidth: about(feminine ? 0.94 : 1.05, 0.1),
    noseHeight: about(1, 0.14),
    eyeDistance: about(1, 0.035),
    eyeSize: about(feminine ? 1.05 : 0.98, 0.07),
    browHeight: about(feminine ? 1.08 : 0.95, 0.12),
    mouthWidth: about(1, 0.07),
    lipFullness: about(feminine ? 1.1 : 0.92, 0.2),
    cheeks: about(1, 0.35),
  };
}

/** Everything that changes between two photos of one person. `turn` scales the spread of yaw, pitch and roll. */
export function drawPhoto(rng: Rng, turn: number): Omit<FaceParameters, keyof Person> {
  const cut = (sigma: number, most: number) => Math.max(-most, Math.min(most, rng.normal(sigma)));
  const smile = rng.chance(0.45) ? rng.uniform(0.3, 1) : rng.uniform(-0.3, 0.25);
  const expression: Expression = {
    smile,
    mouthOpen: rng.chance(smile > 0.3 ? 0.55 : 0.15) ? rng.uniform(0.12, smile > 0.3 ? 0.5 : 1) : 0,
    eyesOpen: rng.chance(0.05) ? rng.uniform(0, 0.3) : rng.uniform(0.7, 1.15),
    browRaise: cut(0.35, 1),
    gaze: [cut(0.3, 1), cut(0.15, 0.6)],
  };
  return {
    expression,
    pose: { yaw: cut(20 * turn, 50 * turn), pitch: cut(9 * turn, 25 * turn), roll: cut(9 * turn, 35 * turn) },
    light: drawLight(rng),
    occluder: weighted(rng, { none: 14, mask: 0.6, hand: 0.6, bar: 0.8 }),
    distance: rng.uniform(6.5, 16),
  };
}

function drawLight(rng: Rng): Light {
  const side = rng.normal(0.6);
  const up = -rng.uniform(0.1, 1);
  const length = Math.hypot(side, up, 1);
  const warmth = rng.uniform(-0.1, 0.14);
  const strength = rng.uniform(0.55, 1);
  const ambient = rng.uniform(0.22, 0.6);
  return {
    direction: [side / length, up / length, 1 / length],
    colour: [strength * (1 + warmth), strength, strength * (1 - warmth)],
    ambient: [ambient * (1 - warmth * 0.6), ambient, ambient * (1 + warmth * 0.6)],
  };
}

function lipColour(skin: Rgb, painted: boolean, rng: Rng): Rgb {
  const natural = mix(skin, [168, 74, 78], rng.uniform(0.42, 0.6));
  return painted ? mix(natural, jitter([170, 26, 50], 25, rng), rng.uniform(0.4, 0.9)) : natural;
}

export function mix(a: Rgb, b: Rgb, share: number): Rgb {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];
}

export function shade(colour: Rgb, factor: number): Rgb {
  return [colour[0] * factor, colour[1] * factor, colour[2] * factor];
}

export function css([r, g, b]: Rgb): string {
  return `rgb(${[r, g, b].map((v) => Math.max(0, Math.min(255, Math.round(v)))).join(',')})`;
}

function jitter(colour: Rgb, by: number, rng: Rng): Rgb {
  const all = rng.uniform(-by, by);
  const one = () => all + rng.uniform(-by, by) * 0.5;
  return [colour[0] + one(), colour[1] + one(), colour[2] + one()];
}

function pick<T>(values: readonly T[], rng: Rng): T {
  return values[rng.int(values.length)]!;
}

function weighted<T extends string>(rng: Rng, weights: Readonly<Partial<Record<T, number>>>): T {
  const entries = Object.entries(weights) as [T, number][];
  let left = rng.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [value, weight] of entries) {
    left -= weight;
    if (left < 0) return value;
  }
  return entries.at(-1)![0];
}
