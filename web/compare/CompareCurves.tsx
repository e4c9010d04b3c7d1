import { cedCurves } from '../../training/figures/specs/index.ts';
import { Plot } from '../plots/Plot.tsx';
import { Empty } from '../ui/States.tsx';
import type { ComparedRun } from './useCompared.ts';

/** The cumulative error curves over each other. */
export function CompareCurves({ runs }: { readonly runs: readonly ComparedRun[] }) {
  const series = runs.flatMap(({ metrics, label }) =>
    metrics && metrics.ced.length > 0
      ? [{ label, ced: metrics.ced.map(({ error, share }) => [error, share] as const) }]
      : [],
  );
  if (series.length === 0) return <Empty>None of these runs has a curve: there is no ground truth with eyes.</Empty>;
  return (
    <Plot
      label={`Cumulative error curves of ${series.map(({ label }) => label).join('; ')}`}
      from={[runs]}
      height={320 + 12 * series.length}
      spec={(options) => cedCurves(series, options)}
    />
  );
}
