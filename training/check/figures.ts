/** What a check of a model amounts to: the metrics of its faces, of some of them, of some of their points. */
import { LAYOUTS, type LayoutId } from '../../domain/layouts.ts';
import {
  type FaceErrors,
  type Metrics,
  MICRO,
  mergeAll,
  metricsOf,
  type Summary,
  summariseFace,
  summariseMissed,
} from '../../domain/metrics/index.ts';
import type { CheckedFace } from './checkFaces.ts';

/** Every face counts: a missed one is an infinite error in AUC and failure rate, and is counted beside MAE and NME. */
export function metricsOfFaces(faces: readonly CheckedFace[], layout: LayoutId, points: number): Metrics {
  const summaries = faces.map(({ sample: { key, group, source }, errors }, line): Summary => {
    if (!errors) return summariseMissed([source], 0, layout, points);
    return summariseFace(errors, { shard: '000000', line, face: 0, key, group: source ?? group }, layout);
  });
  return metricsOf(mergeAll(summaries, layout, points));
}

/** The inner points of ibug68: without the jaw. */
const INNER_FROM = 17;
export const INNER_POINTS = LAYOUTS.ibug68.points - INNER_FROM;

/** NME over the 51 inner points, by the outer eye corners; null where the layout has none. Missed faces are left out. */
export function innerNme(faces: readonly CheckedFace[], layout: LayoutId): number | null {
  if (layout !== 'ibug68') return null;
  const values = faces.flatMap(({ errors }) => {
    const value = errors && innerNmeOf(errors);
    return value === null ? [] : [value];
  });
  return values.length === 0 ? null : mean(values);
}

function innerNmeOf({ distancePx, nme: { interOcular } }: FaceErrors): number | null {
  const all = mean(distancePx);
  if (interOcular === undefined) return null;
  return all === 0 ? 0 : (mean(distancePx.slice(INNER_FROM)) * interOcular) / all;
}

/** By the name of the data set or part of it that each face comes from, in order. */
export function bySource(faces: readonly CheckedFace[]): Map<string, CheckedFace[]> {
  const sources = new Map<string, CheckedFace[]>();
  for (const face of faces) sources.set(face.sample.source, [...(sources.get(face.sample.source) ?? []), face]);
  return new Map([...sources].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** MAE over all coordinates, as Kaggle's class does: pixels. Null where no face was answered. */
export function maePxOf(faces: readonly CheckedFace[]): number | null {
  const errors = faces.flatMap(({ errors }) => (errors ? [errors] : []));
  if (errors.length === 0) return null;
  const sum = errors.reduce((total, { absMicroPx }) => total + absMicroPx.reduce((a, b) => a + b, 0), 0);
  return sum / MICRO / errors.reduce((count, { absMicroPx }) => count + 2 * absMicroPx.length, 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
