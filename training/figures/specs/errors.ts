import type { TopLevelSpec } from 'vega-lite';
import { DASHES, type FigureOptions, frame, overColour } from './theme.ts';

export interface CedSeries {
  readonly label: string;
  /** (error as a fraction of the inter-ocular distance, share of faces at or below it). */
  readonly ced: readonly (readonly [error: number, share: number])[];
}

/** Each 1 %: ticks that a wide figure would put between them would all round to one of these. */
const CED_TICKS = Array.from({ length: 11 }, (_, i) => i / 100);

/** Cumulative error distribution, to 10 %; steeper and further left is better. Several curves differ by dash too. */
export function cedCurves(series: readonly CedSeries[], options: FigureOptions = {}): TopLevelSpec {
  const values = series.flatMap(({ label, ced }) =>
    ced.filter(([error]) => error <= 0.1 + 1e-9).map(([error, share]) => ({ label, error, share })),
  );
  return {
    ...frame(options),
    data: { values },
    mark: { type: 'line', interpolate: 'step-after', tooltip: true },
    encoding: {
      x: {
        field: 'error',
        type: 'quantitative',
        title: 'NME, share of the inter-ocular distance',
        axis: { format: '.0%', values: CED_TICKS },
        scale: { domain: [0, 0.1] },
      },
      y: {
        field: 'share',
        type: 'quantitative',
        title: 'share of faces',
        axis: { format: '.0%', values: [0, 0.2, 0.4, 0.6, 0.8, 1] },
        scale: { domain: [0, 1] },
      },
      ...toldApart(
        series.map(({ label }) => label),
        options,
      ),
    },
  };
}

/** A colour and a dash for each label; the legend lies below, where labels have the figure's width. */
export function toldApart(labels: readonly string[], { width = 520 }: FigureOptions) {
  const limit = Math.max(100, width - 80);
  const below = { orient: 'bottom', columns: columnsOf(labels, width), labelLimit: limit, symbolSize: 400 } as const;
  const legend = labels.length > 1 ? below : null;
  const by = { field: 'label', type: 'nominal', sort: [...labels], legend } as const;
  return { color: by, strokeDash: { ...by, scale: { range: DASHES } } };
}

/** As many of a legend's columns as the figure's width has room for, where they save rows. */
function columnsOf(labels: readonly string[], width: number): number {
  const longest = Math.max(...labels.map((label) => label.length), 1);
  const most = Math.max(1, Math.floor(width / (longest * LETTER_PX + SYMBOL_PX)));
  return labels.length <= FEW ? 1 : Math.min(most, Math.ceil(labels.length / FEW));
}

const LETTER_PX = 6;
const SYMBOL_PX = 60;
/** So many a column is what is left in one. */
const FEW = 4;

export interface KeypointError {
  readonly index: number;
  readonly name: string;
  readonly maePx: number;
}

/** Part of the face that a keypoint is of: its name without its number. */
function partOf({ name }: KeypointError): string {
  return name.replace(/ \d+$/, '');
}

/**
 * A bar a keypoint, in order. Parts of the face are written over their bars, and two shades take turns: there are more
 * parts than colours that everybody can tell apart.
 */
export function errorByKeypoint(errors: readonly KeypointError[], options: FigureOptions = {}): TopLevelSpec {
  const parts = [...new Set(errors.map(partOf))];
  const bars = errors.map((one) => ({ ...one, part: partOf(one), shade: parts.indexOf(partOf(one)) % 2 }));
  const most = Math.max(...errors.map(({ maePx }) => maePx), 0);
  const labels = parts.map((part) => {
    const own = bars.filter((bar) => bar.part === part);
    return { part, index: own[own.length >> 1]!.index, top: Math.max(...own.map(({ maePx }) => maePx)) };
  });
  const x = {
    field: 'index',
    type: 'ordinal',
    title: 'keypoint',
    axis: { labelOverlap: true, labelAngle: 0 },
  } as const;
  return {
    ...frame(options),
    layer: [
      {
        data: { values: bars },
        mark: { type: 'bar', tooltip: true },
        encoding: {
          x,
          y: { field: 'maePx', type: 'quantitative', title: 'MAE, pixels', scale: { domain: [0, most * 1.4 || 1] } },
          color: { field: 'shade', type: 'nominal', legend: null },
          tooltip: [{ field: 'name' }, { field: 'maePx', format: '.2f' }],
        },
      },
      ...(parts.length > 1
        ? [
            {
              data: { values: labels },
              mark: { type: 'text', angle: 270, align: 'left', dx: 4, fontSize: 11 } as const,
              encoding: {
                x,
                y: { field: 'top', type: 'quantitative' } as const,
                text: { field: 'part' },
              },
            },
          ]
        : []),
    ],
  };
}

export interface YawError {
  /** Degrees; positive where the subject looks to its left. */
  readonly yaw: number;
  readonly error: number;
}

/** A dot a face, and the mean of each 10 degrees. */
export function errorAgainstYaw(
  faces: readonly YawError[],
  options: FigureOptions & { readonly yTitle?: string } = {},
): TopLevelSpec {
  const y = { type: 'quantitative', title: options.yTitle ?? 'error, pixels' } as const;
  return {
    ...frame(options),
    data: { values: faces.map(({ yaw, error }) => ({ yaw, error, bin: Math.round(yaw / 10) * 10 })) },
    layer: [
      {
        mark: { type: 'circle', opacity: 0.35, size: 14, clip: true },
        encoding: { x: { field: 'yaw', type: 'quantitative', title: 'yaw, degrees' }, y: { field: 'error', ...y } },
      },
      {
        mark: { type: 'line', point: true, color: overColour(options), strokeWidth: 2 },
        encoding: { x: { field: 'bin', type: 'quantitative' }, y: { field: 'error', aggregate: 'mean', ...y } },
      },
    ],
  };
}
