import type { TopLevelSpec } from 'vega-lite';
import { type FigureOptions, frame } from './theme.ts';

export interface CedSeries {
  readonly label: string;
  /** (error as a fraction of the inter-ocular distance, share of faces at or below it). */
  readonly ced: readonly (readonly [error: number, share: number])[];
}

/** Cumulative error distribution, to 10 %; steeper and further left is better. */
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
        axis: { format: '.0%' },
        scale: { domain: [0, 0.1] },
      },
      y: {
        field: 'share',
        type: 'quantitative',
        title: 'share of faces',
        axis: { format: '.0%' },
        scale: { domain: [0, 1] },
      },
      color: {
        field: 'label',
        type: 'nominal',
        sort: series.map(({ label }) => label),
        legend: series.length > 1 ? {} : null,
      },
    },
  };
}

export interface KeypointError {
  readonly index: number;
  readonly name: string;
  readonly maePx: number;
}

export function errorByKeypoint(errors: readonly KeypointError[], options: FigureOptions = {}): TopLevelSpec {
  return {
    ...frame(options),
    data: { values: errors.map(({ index, name, maePx }) => ({ index, name, maePx, part: name.replace(/ \d+$/, '') })) },
    mark: { type: 'bar', tooltip: true },
    encoding: {
      x: { field: 'index', type: 'ordinal', title: 'keypoint', axis: { labelOverlap: true, labelAngle: 0 } },
      y: { field: 'maePx', type: 'quantitative', title: 'MAE, pixels' },
      color: { field: 'part', type: 'nominal', sort: null },
      tooltip: [{ field: 'name' }, { field: 'maePx', format: '.2f' }],
    },
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
        mark: { type: 'line', point: true, color: '#D55E00', strokeWidth: 2 },
        encoding: { x: { field: 'bin', type: 'quantitative' }, y: { field: 'error', aggregate: 'mean', ...y } },
      },
    ],
  };
}
