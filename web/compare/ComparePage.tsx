import { linkTo } from '../app/location.ts';
import { Page, Section } from '../ui/Page.tsx';
import { Empty, Failure, Loading } from '../ui/States.tsx';
import { ChangedMost } from './ChangedMost.tsx';
import { CompareCurves } from './CompareCurves.tsx';
import { CompareTable } from './CompareTable.tsx';
import { useCompared } from './useCompared.ts';

const MOST = 8;

/** Two to eight runs, named in the URL; the first is what the others are compared with. */
export function ComparePage({ ids }: { readonly ids: readonly string[] }) {
  const enough = ids.length >= 2 && ids.length <= MOST;
  const { runs, loading, error, refetch } = useCompared(enough ? ids : []);
  if (!enough) {
    return (
      <Page title="Compare">
        <Empty>
          Tick two to eight runs in the <a href={linkTo(['runs'])}>list of runs</a>, then compare them.
        </Empty>
      </Page>
    );
  }
  return (
    <Page title={`Compare ${ids.length} runs`}>
      {loading && <Loading what="the runs" />}
      <Failure error={error} retry={refetch} />
      {runs.length > 0 && (
        <>
          <Section title="Metrics">
            <CompareTable runs={runs} />
          </Section>
          <Section title="Cumulative error">
            <CompareCurves runs={runs} />
          </Section>
          <ChangedMost runs={runs} />
        </>
      )}
    </Page>
  );
}
