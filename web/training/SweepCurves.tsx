import { type SweepSeries, sweepCurves } from '../../training/figures/specs/index.ts';
import { Plot } from '../plots/Plot.tsx';
import { Section } from '../ui/Page.tsx';
import { heldOutWord } from './heldOut.ts';
import { shortAssignments } from './overrides.ts';
import type { SweepTableProps } from './SweepTable.tsx';

/** The held-out losses of a sweep's settings over each other, as they come. */
export function SweepCurves({ rows, fields, curves, heldOut }: SweepTableProps) {
  const series: SweepSeries[] = rows.flatMap(({ training, overrides }) => {
    const points = training && curves.get(training.id);
    return points?.length ? [{ label: shortAssignments(overrides, fields), points }] : [];
  });
  if (series.length === 0) return null;
  const loss = `${heldOutWord(heldOut)} loss`;
  const epochs = series.reduce((sum, { points }) => sum + points.length, 0);
  const settings = `${series.length} ${series.length === 1 ? 'setting' : 'settings'}`;
  return (
    <Section title={loss}>
      <Plot
        label={`${loss} by epoch of ${settings}, ${epochs} epochs in all`}
        from={[curves, fields.join(), loss]}
        height={300 + 12 * series.length}
        spec={(options) => sweepCurves(series, { ...options, heldOut })}
      />
    </Section>
  );
}
