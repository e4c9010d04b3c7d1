/** Metrics as scripts get them (the stable shape of `score --json`) and as people read them. */
import type { Metrics } from '../domain/metrics/index.ts';
import { table } from './output.ts';

export function metricsJson({ n, missed, maePx, nme, aucAt8, failureRateAt10, perKeypoint }: Metrics) {
  return { n, missed, maePx, nme, aucAt8, failureRateAt10, perKeypoint };
}

export type MetricsFacts = Pick<Metrics, 'n' | 'missed' | 'maePx' | 'nme' | 'aucAt8' | 'failureRateAt10'>;

export function metricsTable({ n, missed, maePx, nme, aucAt8, failureRateAt10 }: MetricsFacts): string {
  const percent = (value: number | null | undefined) => (value == null ? '-' : `${(value * 100).toFixed(2)} %`);
  return table([
    ['faces with truth', `${n} answered, ${missed} missed`],
    ['MAE', maePx === null ? '-' : `${maePx.toFixed(2)} px`],
    ['NME, inter-ocular', percent(nme.interOcular)],
    ['AUC to 8 %', aucAt8 === null ? '-' : aucAt8.toFixed(3)],
    ['failures above 10 %', percent(failureRateAt10)],
  ]);
}
