import type { TopLevelSpec } from 'vega-lite';
import { toldApart } from './errors.ts';
import { DASHES, type FigureOptions, frame } from './theme.ts';

export interface LossPoint {
  /** From 1. */
  readonly epoch: number;
  readonly train: number;
  /** Of the faces that are not trained on: val where there is one, else test. */
  readonly heldOut: number;
}

export type HeldOut = 'val' | 'test';

/** Lines in the legend as in the figure, though points lie on them there. */
const LINES = { symbolType: 'stroke', symbolSize: 400, symbolStrokeWidth: 2 } as const;

/** Loss of train and of the held-out faces by epoch, on a logarithmic axis, since it falls by powers. */
export function lossCurves(
  points: readonly LossPoint[],
  options: FigureOptions & { readonly yTitle?: string; readonly heldOut?: HeldOut } = {},
): TopLevelSpec {
  const part = options.heldOut ?? 'test';
  const values = points.flatMap(({ epoch, train, heldOut }) => [
    { epoch, part: 'train', loss: train },
    { epoch, part, loss: heldOut },
  ]);
  return {
    ...frame(options),
    data: { values },
    mark: { type: 'line', point: points.length < 40, tooltip: true },
    encoding: {
      x: { field: 'epoch', type: 'quantitative', title: 'epoch', axis: { tickMinStep: 1 } },
      y: {
        field: 'loss',
        type: 'quantitative',
        title: options.yTitle ?? 'loss',
        scale: { type: 'log', nice: false },
        axis: { format: '.1e' },
      },
      color: { field: 'part', type: 'nominal', sort: ['train', part], legend: LINES },
      strokeDash: { field: 'part', type: 'nominal', sort: ['train', part], scale: { range: DASHES }, legend: LINES },
    },
  };
}

export interface SweepSeries {
  /** The setting, as people read it: `kernel 5, learning rate 1e-3`. */
  readonly label: string;
  readonly points: readonly LossPoint[];
}

/** Held-out loss of each setting of a sweep, over each other. `heldOut` null: not of the same part for all. */
export function sweepCurves(
  series: readonly SweepSeries[],
  options: FigureOptions & { readonly heldOut?: HeldOut | null } = {},
): TopLevelSpec {
  const values = series.flatMap(({ label, points }) =>
    points.map(({ epoch, heldOut }) => ({ epoch, loss: heldOut, label })),
  );
  return {
    ...frame(options),
    data: { values },
    mark: { type: 'line', tooltip: true },
    encoding: {
      x: { field: 'epoch', type: 'quantitative', title: 'epoch', axis: { tickMinStep: 1 } },
      y: {
        field: 'loss',
        type: 'quantitative',
        title: `${options.heldOut === null ? 'held-out' : (options.heldOut ?? 'test')} loss`,
        scale: { type: 'log', nice: false },
        axis: { format: '.1e' },
      },
      ...toldApart(
        series.map(({ label }) => label),
        options,
      ),
    },
  };
}
