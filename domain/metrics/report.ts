/** What people read: the metrics of a finished summary. */
import { z } from 'zod';
import { LAYOUT_IDS, layoutOf } from '../layouts.ts';
import { MICRO, NORMALISERS, type Normaliser } from './face.ts';
import { AUC_LIMIT, CED_BIN, CED_BINS, type Summary, type WorstFace } from './summary.ts';

const NANO = 1e9;

const partSchema = z.object({
  n: z.int(),
  missed: z.int(),
  maePx: z.number().nullable(),
  /** By the inter-ocular distance, a fraction. */
  nme: z.number().nullable(),
});
/** The errors over a part of the faces. */
export type PartMetrics = z.infer<typeof partSchema>;

export const metricsSchema = z.object({
  layout: z.enum(LAYOUT_IDS),
  /** Faces with truth that were answered; `missed` are those that were not. */
  n: z.int(),
  missed: z.int(),
  extra: z.int(),
  /** Mean over n, pixels of the images; null where n is 0. */
  maePx: z.number().nullable(),
  /** By normaliser, as fractions; means over n. */
  nme: z.record(z.string(), z.number()),
  /** Of the inter-ocular CED from 0 to 8 %, 0 to 1; missed faces count as infinite errors. */
  aucAt8: z.number().nullable(),
  /** Share of faces, missed ones included, with an inter-ocular NME above 10 %. */
  failureRateAt10: z.number().nullable(),
  perKeypoint: z.array(z.object({ index: z.int(), name: z.string(), maePx: z.number(), nme: z.number().nullable() })),
  groups: z.array(z.object({ group: z.string(), ...partSchema.shape })),
  /** Of images that the model was trained on, and of those it was not; absent where there are none or nobody knows. */
  seen: partSchema.optional(),
  unseen: partSchema.optional(),
  /** Points (error, share of faces at or below) of the CED by inter-ocular NME, up to 0.2. */
  ced: z.array(z.tuple([z.number(), z.number()])),
});
export type Metrics = z.infer<typeof metricsSchema>;

/** Up to here the curve is drawn, in fractions of the normaliser, with a point every `CED_STEP` bins. */
const CED_DRAWN = 0.2;
const CED_STEP = 10;

export function metricsOf(summary: Summary): Metrics {
  const { n, missed, points } = summary;
  const faces = n + missed;
  const ocular = summary.normalised.interOcular;
  const names = layoutOf(summary.layout, points).names;
  return {
    layout: summary.layout,
    n,
    missed,
    extra: summary.extra,
    maePx: n === 0 ? null : ratio(summary.absMicroPx, 2 * points * n, MICRO),
    nme: Object.fromEntries(
      NORMALISERS.flatMap((name: Normaliser) => {
        const part = summary.normalised[name];
        return part ? [[name, ratio(part.sum, part.n, NANO)]] : [];
      }),
    ),
    aucAt8: ocular ? ratio(ocular.area, ocular.n + missed, NANO) / AUC_LIMIT : null,
    failureRateAt10: ocular ? (ocular.failures + missed) / (ocular.n + missed) : faces > 0 && n === 0 ? 1 : null,
    perKeypoint: summary.perKeypoint.map((micro, index) => ({
      index,
      name: names[index]!,
      maePx: n === 0 ? 0 : ratio(micro, 2 * n, MICRO),
      nme: ocular ? ratio(summary.perKeypointNme[index]!, ocular.n, NANO) : null,
    })),
    groups: Object.entries(summary.groups).map(([group, part]) => ({ group, ...partOf(part, points) })),
    ...(summary.bySeen.seen && { seen: partOf(summary.bySeen.seen, points) }),
    ...(summary.bySeen.unseen && { unseen: partOf(summary.bySeen.unseen, points) }),
    ced: cumulativeErrors(summary),
  };
}

function partOf({ n, missed, absMicroPx, nmeNano, nmeN }: Summary['groups'][string], points: number): PartMetrics {
  return {
    n,
    missed,
    maePx: n === 0 ? null : ratio(absMicroPx, 2 * points * n, MICRO),
    nme: nmeN === 0 ? null : ratio(nmeNano, nmeN, NANO),
  };
}

export function worstFaces(summary: Summary, count: number): readonly WorstFace[] {
  return summary.worst.slice(0, count);
}

function ratio(sum: string, count: number, unit: number): number {
  return Number(BigInt(sum)) / count / unit;
}

function cumulativeErrors(summary: Summary): [number, number][] {
  const ocular = summary.normalised.interOcular;
  if (!ocular) return [];
  const faces = ocular.n + summary.missed;
  const curve: [number, number][] = [[0, 0]];
  let below = 0;
  for (let bin = 0; bin < Math.min(CED_BINS, Math.round(CED_DRAWN / CED_BIN)); bin++) {
    below += ocular.bins[bin] ?? 0;
    if ((bin + 1) % CED_STEP === 0) curve.push([Math.round((bin + 1) * CED_BIN * 1e6) / 1e6, below / faces]);
  }
  return curve;
}
