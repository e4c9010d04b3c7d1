/**
 * What a shard contributes to a run's metrics. Merging is exact and gives the same under any order and grouping: sums
 * are integers (1e-6 px, 1e-9 of a normaliser) as decimal strings, since ten million faces pass 2^53; lists keep the
 * first k of a total order.
 */
import { z } from 'zod';
import { LAYOUT_IDS, type LayoutId } from '../layouts.ts';
import { type FaceErrors, NORMALISERS, type Normaliser } from './face.ts';

/** Width of a bin of the cumulative error curve, as a fraction of the normaliser: 0.01 %. */
export const CED_BIN = 1e-4;
/** Errors from here on share the last bin: 100 %. */
export const CED_BINS = 10_000;
export const AUC_LIMIT = 0.08;
export const FAILURE_LIMIT = 0.1;
export const WORST_KEPT = 100;
/** The first so many group names in code-unit order are reported. */
export const GROUPS_KEPT = 1_000;
const NANO = 1e9;

const sum = z.string().regex(/^\d+$/);
const normalisedSchema = z.object({
  n: z.int(),
  /** Of NME, 1e-9. */
  sum,
  /** Of max(0, AUC_LIMIT - NME), 1e-9: the area under the curve is its mean over AUC_LIMIT. */
  area: sum,
  failures: z.int(),
  /** Bin number -> faces. */
  bins: z.record(z.string(), z.int()),
});
const groupSchema = z.object({ n: z.int(), missed: z.int(), absMicroPx: sum, nmeNano: sum, nmeN: z.int() });
export const SEEN_PARTS = ['seen', 'unseen'] as const;
const worstSchema = z.object({
  /** Position of the item in the run: shard and line. */
  shard: z.string(),
  line: z.int(),
  face: z.int(),
  key: z.string(),
  maePx: z.number(),
  nme: z.number().nullable(),
});
export type WorstFace = z.infer<typeof worstSchema>;

export const summarySchema = z.object({
  layout: z.enum(LAYOUT_IDS),
  points: z.int().positive(),
  n: z.int(),
  missed: z.int(),
  extra: z.int(),
  absMicroPx: sum,
  /** By keypoint: |dx| + |dy|, 1e-6 px. */
  perKeypoint: z.array(sum),
  /** By keypoint: distance over the inter-ocular distance, 1e-9. */
  perKeypointNme: z.array(sum),
  normalised: z.partialRecord(z.enum(NORMALISERS), normalisedSchema),
  groups: z.record(z.string(), groupSchema),
  /** Faces of images that the network was trained on, and of those it was not; others are in neither. */
  bySeen: z.partialRecord(z.enum(SEEN_PARTS), groupSchema).default({}),
  worst: z.array(worstSchema),
});
export type Summary = z.infer<typeof summarySchema>;
type Normalised = z.infer<typeof normalisedSchema>;
type Group = z.infer<typeof groupSchema>;

export function emptySummary(layout: LayoutId, points: number): Summary {
  const zeros = () => Array.from({ length: points }, () => '0');
  return {
    layout,
    points,
    n: 0,
    missed: 0,
    extra: 0,
    absMicroPx: '0',
    perKeypoint: zeros(),
    perKeypointNme: zeros(),
    normalised: {},
    groups: {},
    bySeen: {},
    worst: [],
  };
}

export interface FacePlace {
  readonly shard: string;
  readonly line: number;
  readonly face: number;
  readonly key: string;
  readonly group: string | null;
  /** Whether the network was trained on this image. Default: not known. */
  readonly seen?: boolean | undefined;
}

/** The summary of one evaluated face. */
export function summariseFace(errors: FaceErrors, place: FacePlace, layout: LayoutId): Summary {
  const total = String(errors.absMicroPx.reduce((a, b) => a + b, 0));
  const nme = errors.nme.interOcular ?? null;
  const meanPx = errors.distancePx.reduce((a, b) => a + b, 0) / errors.distancePx.length;
  const normaliser = nme === null || meanPx === 0 ? null : meanPx / nme;
  const { group, seen, ...where } = place;
  const one = { n: 1, missed: 0, absMicroPx: total, nmeNano: nano(nme ?? 0), nmeN: nme === null ? 0 : 1 };
  return {
    layout,
    points: errors.absMicroPx.length,
    n: 1,
    missed: 0,
    extra: 0,
    absMicroPx: total,
    perKeypoint: errors.absMicroPx.map(String),
    perKeypointNme: errors.distancePx.map((d) => nano(normaliser === null ? 0 : d / normaliser)),
    normalised: Object.fromEntries(
      NORMALISERS.flatMap((name) => {
        const value = errors.nme[name];
        return value === undefined ? [] : [[name, normalisedOf(value)]];
      }),
    ),
    groups: group === null ? {} : { [group]: one },
    bySeen: bySeen(seen, one),
    worst: [{ ...where, maePx: errors.maePx, nme }],
  };
}

function bySeen(seen: boolean | undefined, group: Group): Summary['bySeen'] {
  return seen === undefined ? {} : { [seen ? 'seen' : 'unseen']: group };
}

/** The summary of faces of one image that nothing answered (by group) and of faces found beyond the truth. */
export function summariseMissed(
  missedGroups: readonly (string | null)[],
  extra: number,
  layout: LayoutId,
  points: number,
  seen?: boolean,
): Summary {
  const summary = emptySummary(layout, points);
  const none = { n: 0, missed: 0, absMicroPx: '0', nmeNano: '0', nmeN: 0 };
  const groups: Record<string, Group> = {};
  for (const group of missedGroups) {
    if (group === null) continue;
    groups[group] ??= { ...none };
    groups[group].missed++;
  }
  const missed = missedGroups.length;
  return { ...summary, missed, extra, groups, bySeen: missed > 0 ? bySeen(seen, { ...none, missed }) : {} };
}

/** Throws RangeError on summaries of different layouts. */
export function mergeSummaries(a: Summary, b: Summary): Summary {
  if (a.layout !== b.layout || a.points !== b.points) {
    throw new RangeError(`Expected summaries of one layout, got ${a.layout}/${a.points} and ${b.layout}/${b.points}`);
  }
  return {
    layout: a.layout,
    points: a.points,
    n: a.n + b.n,
    missed: a.missed + b.missed,
    extra: a.extra + b.extra,
    absMicroPx: add(a.absMicroPx, b.absMicroPx),
    perKeypoint: a.perKeypoint.map((value, i) => add(value, b.perKeypoint[i]!)),
    perKeypointNme: a.perKeypointNme.map((value, i) => add(value, b.perKeypointNme[i]!)),
    normalised: mergeNormalised(a.normalised, b.normalised),
    groups: firstGroups(mergeRecords(a.groups, b.groups, mergeGroups)),
    bySeen: mergeRecords(a.bySeen, b.bySeen, mergeGroups),
    worst: [...a.worst, ...b.worst].sort(worstFirst).slice(0, WORST_KEPT),
  };
}

/** Merged in pairs of pairs, so that the cost grows as n log n. */
export function mergeAll(summaries: readonly Summary[], layout: LayoutId, points: number): Summary {
  if (summaries.length === 0) return emptySummary(layout, points);
  let level = summaries;
  while (level.length > 1) {
    const next: Summary[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const pair = level[i + 1];
      next.push(pair ? mergeSummaries(level[i]!, pair) : level[i]!);
    }
    level = next;
  }
  return mergeSummaries(emptySummary(layout, points), level[0]!);
}

/** Worst first; missing NME by pixels; then by place, so that the order is total. */
export function worstFirst(a: WorstFace, b: WorstFace): number {
  return (
    (b.nme ?? -1) - (a.nme ?? -1) ||
    b.maePx - a.maePx ||
    compare(a.shard, b.shard) ||
    a.line - b.line ||
    a.face - b.face
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function nano(value: number): string {
  return BigInt(Math.round(value * NANO)).toString();
}

function add(a: string, b: string): string {
  return (BigInt(a) + BigInt(b)).toString();
}

function normalisedOf(value: number): Normalised {
  const bin = Math.min(CED_BINS - 1, Math.floor(value / CED_BIN));
  return {
    n: 1,
    sum: nano(value),
    area: nano(Math.max(0, AUC_LIMIT - value)),
    failures: value > FAILURE_LIMIT ? 1 : 0,
    bins: { [bin]: 1 },
  };
}

function mergeNormalised(a: Summary['normalised'], b: Summary['normalised']): Summary['normalised'] {
  const merged: Partial<Record<Normaliser, Normalised>> = {};
  for (const name of NORMALISERS) {
    const [x, y] = [a[name], b[name]];
    if (x && y) {
      merged[name] = {
        n: x.n + y.n,
        sum: add(x.sum, y.sum),
        area: add(x.area, y.area),
        failures: x.failures + y.failures,
        bins: mergeRecords(x.bins, y.bins, (p, q) => p + q),
      };
    } else if (x ?? y) merged[name] = (x ?? y)!;
  }
  return merged;
}

function mergeGroups(a: Group, b: Group): Group {
  return {
    n: a.n + b.n,
    missed: a.missed + b.missed,
    absMicroPx: add(a.absMicroPx, b.absMicroPx),
    nmeNano: add(a.nmeNano, b.nmeNano),
    nmeN: a.nmeN + b.nmeN,
  };
}

/** Keys in order, so that equal summaries are equal bytes. */
function mergeRecords<T>(a: Readonly<Record<string, T>>, b: Readonly<Record<string, T>>, both: (x: T, y: T) => T) {
  const merged = new Map<string, T>(Object.entries(a));
  for (const [key, value] of Object.entries(b)) {
    const present = merged.get(key);
    merged.set(key, present === undefined ? value : both(present, value));
  }
  return Object.fromEntries([...merged].sort(([x], [y]) => compare(x, y)));
}

/**
 * A name dropped here is dropped in every larger merge too, since the names before it stay: so the cut is exact
 * whatever the order of merges.
 */
function firstGroups(groups: Readonly<Record<string, Group>>): Record<string, Group> {
  return Object.fromEntries(
    Object.entries(groups)
      .sort(([x], [y]) => compare(x, y))
      .slice(0, GROUPS_KEPT),
  );
}
