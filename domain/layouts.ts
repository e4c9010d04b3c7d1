/**
 * Keypoint layouts: how many points, which are mirror images of each other, which measure the eyes.
 * Indices are from 0; left and right are the subject's own.
 */

export interface KeypointLayout {
  readonly id: LayoutId;
  readonly points: number;
  /** Name of each point, unique, in order. */
  readonly names: readonly string[];
  /** `flip[i]` is the index that point i becomes in the mirror image. An involution. */
  readonly flip: readonly number[];
  /** Lines to draw: lists of indices. */
  readonly curves: readonly (readonly number[])[];
  /** Indices whose mean is each corner or centre that a normaliser needs. Absent: the layout has no such normaliser. */
  readonly outerEyeCorners?: readonly [right: number, left: number];
  readonly pupils?: readonly [right: readonly number[], left: readonly number[]];
}

export const LAYOUT_IDS = ['nose1', 'imm58', 'imm73', 'ibug68', 'points'] as const;
export type LayoutId = (typeof LAYOUT_IDS)[number];

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

function closed(indices: number[]): number[] {
  return [...indices, indices[0]!];
}

function flipFrom(points: number, pairs: readonly (readonly [number, number])[]): number[] {
  const flip = range(0, points - 1);
  for (const [a, b] of pairs) {
    flip[a] = b;
    flip[b] = a;
  }
  return flip;
}

/** Pairs the ends of a run with each other: mirrored(0, 16) is (0,16), (1,15), ... */
function mirrored(from: number, to: number): [number, number][] {
  const pairs: [number, number][] = [];
  for (let a = from, b = to; a < b; a++, b--) pairs.push([a, b]);
  return pairs;
}

function numbered(parts: readonly (readonly [name: string, count: number])[]): string[] {
  return parts.flatMap(([name, count]) => range(1, count).map((i) => (count === 1 ? name : `${name} ${i}`)));
}

const nose1: KeypointLayout = { id: 'nose1', points: 1, names: ['nose'], flip: [0], curves: [] };

/** Multi-PIE/300-W markup (Sagonas et al., "300 Faces in-the-Wild Challenge", 2013). */
const ibug68: KeypointLayout = {
  id: 'ibug68',
  points: 68,
  names: numbered([
    ['jaw', 17],
    ['right brow', 5],
    ['left brow', 5],
    ['nose bridge', 4],
    ['nostril', 5],
    ['right eye', 6],
    ['left eye', 6],
    ['outer lip', 12],
    ['inner lip', 8],
  ]),
  flip: flipFrom(68, [
    ...mirrored(0, 16),
    ...mirrored(17, 26),
    ...mirrored(31, 35),
    [36, 45],
    [37, 44],
    [38, 43],
    [39, 42],
    [40, 47],
    [41, 46],
    ...mirrored(48, 54),
    [55, 59],
    [56, 58],
    ...mirrored(60, 64),
    [65, 67],
  ]),
  curves: [
    range(0, 16),
    range(17, 21),
    range(22, 26),
    range(27, 30),
    range(31, 35),
    closed(range(36, 41)),
    closed(range(42, 47)),
    closed(range(48, 59)),
    closed(range(60, 67)),
  ],
  outerEyeCorners: [36, 45],
  pupils: [range(36, 41), range(42, 47)],
};

/** IMM Face Database (Nordstrøm et al., 2004). Two points per eye pair count from the outer corner. */
const imm58: KeypointLayout = {
  id: 'imm58',
  points: 58,
  names: numbered([
    ['jaw', 13],
    ['left eye', 8],
    ['right eye', 8],
    ['left brow', 5],
    ['right brow', 5],
    ['mouth', 8],
    ['nose', 11],
  ]),
  flip: flipFrom(58, [
    ...mirrored(0, 12),
    ...range(13, 20).map((i): [number, number] => [i, i + 8]),
    ...range(29, 33).map((i): [number, number] => [i, i + 5]),
    [39, 43],
    [40, 42],
    [44, 46],
    ...mirrored(47, 57),
  ]),
  curves: [
    range(0, 12),
    closed(range(13, 20)),
    closed(range(21, 28)),
    range(29, 33),
    range(34, 38),
    closed(range(39, 46)),
    range(47, 57),
  ],
  outerEyeCorners: [21, 13],
  pupils: [range(21, 28), range(13, 20)],
};

/** IMM-Frontal (Fagertun and Stegmann, 2005). Brows and eyes are closed curves from their outer corner. */
const imm73: KeypointLayout = {
  id: 'imm73',
  points: 73,
  names: numbered([
    ['right brow', 8],
    ['left brow', 8],
    ['right eye', 8],
    ['left eye', 8],
    ['right pupil', 1],
    ['left pupil', 1],
    ['nose', 11],
    ['nose tip', 1],
    ['outer lip', 10],
    ['upper inner lip', 3],
    ['lower inner lip', 3],
    ['jaw', 11],
  ]),
  flip: flipFrom(73, [
    [0, 8],
    ...mirrored(1, 15).filter(([a]) => a < 8),
    [16, 24],
    ...mirrored(17, 31).filter(([a]) => a < 24),
    [32, 33],
    ...mirrored(34, 44),
    ...mirrored(46, 52),
    [53, 55],
    [56, 58],
    [59, 61],
    ...mirrored(62, 72),
  ]),
  curves: [
    closed(range(0, 7)),
    closed(range(8, 15)),
    closed(range(16, 23)),
    closed(range(24, 31)),
    range(34, 44),
    closed(range(46, 55)),
    range(56, 58),
    range(59, 61),
    range(62, 72),
  ],
  outerEyeCorners: [16, 24],
  pupils: [[32], [33]],
};

export const LAYOUTS: Readonly<Record<Exclude<LayoutId, 'points'>, KeypointLayout>> = { nose1, imm58, imm73, ibug68 };

/** A layout without names or pairs, for point sets from elsewhere. Flips are the identity: do not augment with it. */
export function unnamedLayout(points: number): KeypointLayout {
  return { id: 'points', points, names: numbered([['point', points]]), flip: range(0, points - 1), curves: [] };
}

/** Throws RangeError where a named layout does not have that many points. */
export function layoutOf(id: LayoutId, points: number): KeypointLayout {
  if (id === 'points') return unnamedLayout(points);
  const layout = LAYOUTS[id];
  if (layout.points !== points) {
    throw new RangeError(`Expected ${layout.points} points in layout ${id}, got ${points}`);
  }
  return layout;
}

/**
 * The point that other sets call the nose: the base of the nose. 52 of imm58 is the base; 39 of imm73 is its
 * counterpart (45 is the tip, about 18 px higher); of ibug68, 30 (the tip) is the one trained on.
 */
export const NOSE_POINT: Readonly<Partial<Record<LayoutId, number>>> = { nose1: 0, imm58: 52, imm73: 39, ibug68: 30 };

/** The layout that has so many points, or `points`. */
export function guessLayout(points: number): LayoutId {
  return Object.values(LAYOUTS).find((layout) => layout.points === points)?.id ?? 'points';
}
