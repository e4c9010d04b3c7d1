/** Metrics as scripts get them (the stable shape of `score --json`) and as people read them. */
import type { Metrics, PartMetrics } from '../domain/metrics/index.ts';
import { table } from './output.ts';

/** `seen` and `unseen` are there where it is known which images the model was trained on. */
export function metricsJson(metrics: Metrics) {
  const { n, missed, maePx, nme, aucAt8, failureRateAt10, perKeypoint, seen, unseen } = metrics;
  return {
    n,
    missed,
    maePx,
    nme,
    aucAt8,
    failureRateAt10,
    perKeypoint,
    ...(seen && { seen }),
    ...(unseen && { unseen }),
  };
}

export interface MetricsFacts extends Pick<Metrics, 'n' | 'missed' | 'maePx' | 'nme' | 'aucAt8' | 'failureRateAt10'> {
  readonly seen?: PartMetrics | null | undefined;
  readonly unseen?: PartMetrics | null | undefined;
}

export function metricsTable({ n, missed, maePx, nme, aucAt8, failureRateAt10, seen, unseen }: MetricsFacts): string {
  const pixels = (px: number | null) => (px === null ? '-' : `${px.toFixed(2)} px`);
  const percent = (value: number | null | undefined) => (value == null ? '-' : `${(value * 100).toFixed(2)} %`);
  const part = (name: string, part: PartMetrics | null | undefined) =>
    part ? [[name, `${pixels(part.maePx)}, NME ${percent(part.nme)} (${part.n} answered, ${part.missed} missed)`]] : [];
  return table([
    ['faces with truth', `${n} answered, ${missed} missed`],
    ['MAE', pixels(maePx)],
    ['NME, inter-ocular', percent(nme.interOcular)],
    ['AUC to 8 %', aucAt8 === null ? '-' : aucAt8.toFixed(3)],
    ['failures above 10 %', percent(failureRateAt10)],
    ...part('images it was trained on', seen),
    ...part('other images', unseen),
  ]);
}
