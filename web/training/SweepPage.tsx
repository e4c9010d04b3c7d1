import { useMemo, useState } from 'preact/hooks';
import { SweepPage as SweepQuery } from '../api/operations.generated.ts';
import { useQuery } from '../api/useQuery.ts';
import { moment } from '../ui/formatting.ts';
import { Page, Section } from '../ui/Page.tsx';
import { Empty, Failure, Loading } from '../ui/States.tsx';
import { hasEnded } from './curves.ts';
import { heldOutOf } from './heldOut.ts';
import { gridText, variedBy } from './overrides.ts';
import { SweepCurves } from './SweepCurves.tsx';
import { SweepTable } from './SweepTable.tsx';
import { useCurves } from './useCurves.ts';

const POLL_MS = 5000;
/** What has ended may be resumed, in another tab or by somebody else. */
const ENDED_POLL_MS = 30_000;

export function SweepPage({ id }: { readonly id: string }) {
  const [over, setOver] = useState(false);
  const everyMs = over ? ENDED_POLL_MS : POLL_MS;
  const { data, error, loading, refetch } = useQuery(SweepQuery, { id }, { everyMs, onReturn: true });
  const rows = data?.sweep?.trainings ?? [];
  const ended = rows.filter(({ training }) => training && hasEnded(training)).length;
  const done = rows.length > 0 && ended === rows.length;
  if (done !== over) setOver(done);
  const runs = useMemo(() => rows.flatMap(({ training }) => training ?? []), [data]);
  const curves = useCurves(runs);
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
  const shared = { rows, curves, fields: variedBy(sweep.grid), heldOut: heldOutOf(runs) };
  return (
    <Page title={`Sweep of ${sweep.recipe}`}>
      <p class="note">
        {gridText(sweep.grid)}; started {moment(sweep.createdAt)} by {sweep.startedBy}; {ended} of {rows.length} ended
      </p>
      <Section title="Settings">
        <SweepTable {...shared} />
      </Section>
      <SweepCurves {...shared} />
    </Page>
  );
}
