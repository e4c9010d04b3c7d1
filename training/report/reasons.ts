/** What stands out about a face among the others of its set, and what goes with large errors in the whole set. */
import type { Evidence } from './evidence.ts';

export interface Measure {
  readonly name: string;
  /** Larger is harder, by common sense: that is what is looked at, not assumed. */
  readonly hardness: (evidence: Evidence) => number | null;
  readonly text: (evidence: Evidence) => string;
}

const percent = (share: number | null) => `${Math.round((share ?? 0) * 100)} %`;

export const MEASURES: readonly Measure[] = [
  {
    name: 'turned away (|yaw|)',
    hardness: ({ yaw }) => (yaw === null ? null : Math.abs(yaw)),
    text: ({ yaw }) => `yaw ${Math.round(yaw ?? 0)}°`,
  },
  {
    name: 'blurred (variance of the Laplacian)',
    hardness: ({ sharpness }) => -sharpness,
    text: ({ sharpness }) => `sharpness ${sharpness.toFixed(0)}`,
  },
  {
    name: 'lower face not of skin colour (mask, hand, beard, shadow)',
    hardness: ({ lowerUnlikeSkin }) => lowerUnlikeSkin,
    text: ({ lowerUnlikeSkin }) => `lower face ${percent(lowerUnlikeSkin)} unlike skin`,
  },
  {
    name: 'forehead not of skin colour (hair, hat, shadow)',
    hardness: ({ foreheadUnlikeSkin }) => foreheadUnlikeSkin,
    text: ({ foreheadUnlikeSkin }) => `forehead ${percent(foreheadUnlikeSkin)} unlike skin`,
  },
  {
    name: 'points outside the image',
    hardness: ({ outside }) => outside,
    text: ({ outside }) => `${percent(outside)} of the points outside`,
  },
  {
    name: 'small in pixels',
    hardness: ({ facePx }) => -facePx,
    text: ({ facePx }) => `face ${Math.round(facePx)} px`,
  },
];

/** A value beyond this share of the set's other faces stands out. */
const STANDS_OUT = 0.9;

/** `yaw 42° (more than 97 % of the faces)` for each measure that stands out; empty where none does. */
export function standingOut(evidence: Evidence, all: readonly Evidence[]): string[] {
  return MEASURES.flatMap(({ hardness, text }) => {
    const own = hardness(evidence);
    const others = all.flatMap((one) => hardness(one) ?? []);
    if (own === null || others.length < 2) return [];
    const beyond = others.filter((value) => value < own).length / (others.length - 1);
    return beyond >= STANDS_OUT ? [`${text(evidence)} (harder than ${Math.round(beyond * 100)} % of the set)`] : [];
  });
}

/** Everything measured, in words. */
export function evidenceText(evidence: Evidence): string {
  return MEASURES.filter(({ hardness }) => hardness(evidence) !== null)
    .map(({ text }) => text(evidence))
    .join(', ');
}

export interface Association {
  readonly name: string;
  readonly faces: number;
  /** Spearman's rank correlation with the error, -1 to 1; null where it does not vary. */
  readonly correlation: number | null;
}

export function associations(faces: readonly { readonly evidence: Evidence; readonly error: number }[]): Association[] {
  return MEASURES.map(({ name, hardness }) => {
    const pairs = faces.flatMap(({ evidence, error }) => {
      const value = hardness(evidence);
      return value === null ? [] : [[value, error] as const];
    });
    return {
      name,
      faces: pairs.length,
      correlation: rankCorrelation(
        pairs.map(([value]) => value),
        pairs.map(([, error]) => error),
      ),
    };
  });
}

/** Spearman's: Pearson's of the ranks, equal values sharing their mean rank. */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number | null {
  const [x, y] = [ranks(a), ranks(b)];
  const middle = (a.length + 1) / 2;
  let [both, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    both += (x[i]! - middle) * (y[i]! - middle);
    xx += (x[i]! - middle) ** 2;
    yy += (y[i]! - middle) ** 2;
  }
  return xx === 0 || yy === 0 ? null : both / Math.sqrt(xx * yy);
}

function ranks(values: readonly number[]): number[] {
  const sorted = values.map((value, index) => ({ value, index })).sort((a, b) => a.value - b.value);
  const result = new Array<number>(values.length);
  for (let from = 0; from < sorted.length; ) {
    let to = from;
    while (to < sorted.length && sorted[to]!.value === sorted[from]!.value) to++;
    for (let i = from; i < to; i++) result[sorted[i]!.index] = (from + 1 + to) / 2;
    from = to;
  }
  return result;
}
