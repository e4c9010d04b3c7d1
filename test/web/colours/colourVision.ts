/**
 * How colours look to the colour-blind, how far apart they are, and how they stand out from a ground.
 *
 * Protanopia and deuteranopia: matrices of Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation
 * of Color Vision Deficiency", IEEE TVCG 15 (6), 2009, severity 1.0, on linear sRGB.
 * Tritanopia: two half planes of Brettel, Vienot and Mollon, "Computerized simulation of color appearance for dichromats",
 * JOSA A 14 (10), 1997, in the linear sRGB form of libDaltonLens (public domain), since Machado's model is weak there;
 * Machado's own matrix is asked too.
 */
export type Rgb = readonly [red: number, green: number, blue: number];
type Matrix = readonly [Rgb, Rgb, Rgb];

const PROTAN: Matrix = [
  [0.152286, 1.052583, -0.204868],
  [0.114503, 0.786281, 0.099216],
  [-0.003882, -0.048116, 1.051998],
];
const DEUTAN: Matrix = [
  [0.367322, 0.860646, -0.227968],
  [0.280085, 0.672501, 0.047413],
  [-0.01182, 0.04294, 0.968881],
];
const TRITAN: Matrix = [
  [1.255528, -0.076749, -0.178779],
  [-0.078411, 0.930809, 0.147602],
  [0.004733, 0.691367, 0.3039],
];
const TRITAN_PLANE: Rgb = [0.03901, -0.02788, -0.01113];
const TRITAN_ABOVE: Matrix = [
  [1.01277, 0.13548, -0.14826],
  [-0.01243, 0.86812, 0.14431],
  [0.07589, 0.805, 0.11911],
];
const TRITAN_BELOW: Matrix = [
  [0.93678, 0.18979, -0.12657],
  [0.06154, 0.81526, 0.1232],
  [-0.37562, 1.12767, 0.24796],
];

/** Linear RGB as somebody of this vision sees it. */
export const VISIONS = {
  'all cones': (rgb: Rgb) => rgb,
  protanopia: (rgb: Rgb) => times(PROTAN, rgb),
  deuteranopia: (rgb: Rgb) => times(DEUTAN, rgb),
  tritanopia: (rgb: Rgb) => times(dot(TRITAN_PLANE, rgb) >= 0 ? TRITAN_ABOVE : TRITAN_BELOW, rgb),
  'tritanopia by Machado': (rgb: Rgb) => times(TRITAN, rgb),
} as const;
export type Vision = keyof typeof VISIONS;

/** CIEDE2000 between two colours `#rrggbb`, seen with this vision. About 1 is the least that is seen side by side. */
export function distance(a: string, b: string, vision: Vision): number {
  return ciede2000(labOf(seen(a, vision)), labOf(seen(b, vision)));
}

/** WCAG 2.2, from 1 to 21. */
export function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((one, other) => one - other);
  return (light! + 0.05) / (dark! + 0.05);
}

/** `#rrggbb` over an opaque ground, at this opacity. */
export function over(colour: string, opacity: number, ground: string): string {
  const back = bytesOf(ground);
  return `#${bytesOf(colour)
    .map((value, i) => Math.round(value * opacity + back[i]! * (1 - opacity)))
    .map((value) => value.toString(16).padStart(2, '0'))
    .join('')}`;
}

function bytesOf(colour: string): number[] {
  const [, digits] = /^#([0-9a-f]{6})$/i.exec(colour) ?? [];
  if (!digits) throw new Error(`Expected a colour #rrggbb, got ${colour}`);
  return [0, 2, 4].map((at) => Number.parseInt(digits.slice(at, at + 2), 16));
}

function linearOf(colour: string): Rgb {
  const linear = (value: number) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  return bytesOf(colour).map((byte) => linear(byte / 255)) as unknown as Rgb;
}

function luminance(colour: string): number {
  return dot([0.2126, 0.7152, 0.0722], linearOf(colour));
}

function seen(colour: string, vision: Vision): Rgb {
  return VISIONS[vision](linearOf(colour)).map((value) => Math.max(0, Math.min(1, value))) as unknown as Rgb;
}

function dot(a: Rgb, b: Rgb): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function times([x, y, z]: Matrix, rgb: Rgb): Rgb {
  return [dot(x, rgb), dot(y, rgb), dot(z, rgb)];
}

export type Lab = readonly [lightness: number, a: number, b: number];

/** Of linear sRGB, white point D65. */
function labOf(rgb: Rgb): Lab {
  const f = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);
  const x = f(dot([0.4124564, 0.3575761, 0.1804375], rgb) / 0.95047);
  const y = f(dot([0.2126729, 0.7151522, 0.072175], rgb));
  const z = f(dot([0.0193339, 0.119192, 0.9503041], rgb) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const RADIANS = Math.PI / 180;

/** Sharma, Wu and Dalal, "The CIEDE2000 Color-Difference Formula", Color Res. Appl. 30 (1), 2005. */
export function ciede2000([l1, a1, b1]: Lab, [l2, a2, b2]: Lab): number {
  const c7 = ((Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2) ** 7;
  const g = 0.5 * (1 - Math.sqrt(c7 / (c7 + 25 ** 7)));
  const [p1, p2] = [a1 * (1 + g), a2 * (1 + g)];
  const [c1, c2] = [Math.hypot(p1, b1), Math.hypot(p2, b2)];
  const [h1, h2] = [hue(p1, b1), hue(p2, b2)];
  const grey = c1 * c2 === 0;
  const turn = grey ? 0 : h2 - h1 > 180 ? h2 - h1 - 360 : h2 - h1 < -180 ? h2 - h1 + 360 : h2 - h1;
  const sum = h1 + h2;
  const h = grey ? sum : Math.abs(h1 - h2) <= 180 ? sum / 2 : sum < 360 ? (sum + 360) / 2 : (sum - 360) / 2;
  const [l, c] = [(l1 + l2) / 2, (c1 + c2) / 2];
  const cos = (degrees: number) => Math.cos(degrees * RADIANS);
  const t = 1 - 0.17 * cos(h - 30) + 0.24 * cos(2 * h) + 0.32 * cos(3 * h + 6) - 0.2 * cos(4 * h - 63);
  const sl = 1 + (0.015 * (l - 50) ** 2) / Math.sqrt(20 + (l - 50) ** 2);
  const rotation =
    -2 * Math.sqrt(c ** 7 / (c ** 7 + 25 ** 7)) * Math.sin(60 * Math.exp(-(((h - 275) / 25) ** 2)) * RADIANS);
  const dl = (l2 - l1) / sl;
  const dc = (c2 - c1) / (1 + 0.045 * c);
  const dh = (2 * Math.sqrt(c1 * c2) * Math.sin((turn / 2) * RADIANS)) / (1 + 0.015 * c * t);
  return Math.sqrt(dl ** 2 + dc ** 2 + dh ** 2 + rotation * dc * dh);
}

function hue(a: number, b: number): number {
  return a === 0 && b === 0 ? 0 : (Math.atan2(b, a) / RADIANS + 360) % 360;
}
