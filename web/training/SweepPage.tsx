import { type SweepSeries, sweepCurves } from '../../training/figures/specs/index.ts';
import { SweepPage as SweepQuery } from '../api/operations.generated.ts';
import { useQuery } from '../api/useQuery.ts';
import { Plot } from '../plots/Plot.tsx';
import { moment } from '../ui/formatting.ts';
import { Page, Section } from '../ui/Page.tsx';
import { Empty, Failure, Loading } from '../ui/States.tsx';
import { assignments, shortAssignments, variedBy } from './overrides.ts';
import { type SweepRow, SweepTable } from './SweepTable.tsx';
import { useCurves } from './useCurves.ts';

const POLL_MS = 5000;
const ENDED: ReadonlySet<string> = new Set(['FINISHED', 'FAILED', 'CANCELLED']);

export function SweepPage({ id }: { readonly id: string }) {
  const { data, error, loading, refetch } = useQuery(SweepQuery, { id }, { everyMs: POLL_MS });
  if (loading) return <Page title="Sweep" children={<Loading what="the sweep" />} />;
  const sweep = data?.sweep;
  if (!sweep) {
    return (
      <Page title="Sweep">
        <Failure error={error} retry={refetch} />
        {!error && <Empty>There is no such sweep.</Empty>}
      </Page>
    );
  }
  const ended = sweep.trainings.filter(({ training }) => training && ENDED.has(training.status)).length;
  return (
    <Page title={`Sweep of ${sweep.recipe}`}>
      <p class="note">
        {assignments(sweep.grid)}; started {moment(sweep.createdAt)} by {sweep.startedBy}; {ended} of{' '}
        {sweep.trainings.length} ended
      </p>
      <Section title="Settings">
        <SweepTable rows={sweep.trainings} fields={variedBy(sweep.grid)} />
      </Section>
      <Overlaid rows={sweep.trainings} fields={variedBy(sweep.grid)} />
    </Page>
  );
}

interface OverlaidProps {
  readonly rows: readonly SweepRow[];
  /** That tell them apart. */
  readonly fields: readonly string[];
}

function Overlaid({ rows, fields }: OverlaidProps) {
  const ids = rows.flatMap(({ training }) => (training ? [training.id] : []));
  const curves = useCurves(ids, rows.map(({ training }) => training?.status).join());
  const series: SweepSeries[] = rows.flatMap(({ training, overrides }) => {
    const points = training && curves.get(training.id);
    return points?.length ? [{ label: shortAssignments(overrides, fields), points }] : [];
  });
  if (series.length === 0) return null;
  return (
    <Section title="Test loss">
      <Plot
        label={`Test loss by epoch of ${series.length} settings`}
        from={[curves]}
        height={340}
        spec={(options) => sweepCurves(series, options)}
      />
    </Section>
  );
}
