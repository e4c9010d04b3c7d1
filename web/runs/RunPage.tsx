import { RunPage as RunQuery } from '../api/operations.generated.ts';
import { useQuery } from '../api/useQuery.ts';
import { Page, Section } from '../ui/Page.tsx';
import { Empty, Failure, Loading } from '../ui/States.tsx';
import { FailureCounts } from './FailureCounts.tsx';
import { isUnderWay } from './FreshRun.tsx';
import { Items } from './Items.tsx';
import { LiveRun } from './LiveRun.tsx';
import { Rejected } from './Rejected.tsx';
import { Results } from './Results.tsx';
import { RunActions } from './RunActions.tsx';
import { RunFacts } from './RunFacts.tsx';

export function RunPage({ id, filters }: { readonly id: string; readonly filters: URLSearchParams }) {
  const { data, error, loading, refetch } = useQuery(RunQuery, { id });
  if (loading) return <Page title="Run" children={<Loading what="the run" />} />;
  const run = data?.run;
  if (!run) {
    return (
      <Page title="Run">
        <Failure error={error} retry={refetch} />
        {!error && <Empty>There is no such run; it may have been deleted.</Empty>}
      </Page>
    );
  }
  const layout = run.model?.layout ?? 'points';
  const active = isUnderWay(run);
  const truth = filters.get('truth') || (run.evaluations.length > 0 ? (run.truth ?? run.evaluations[0]) : null);
  return (
    <Page title={run.batch?.name ?? 'Run of a deleted batch'} tab={`Run of ${run.batch?.name ?? 'a deleted batch'}`}>
      <RunFacts run={run} />
      <RunActions run={run} onChanged={refetch} />
      {active && <LiveRun run={run} onEnd={refetch} />}
      {run.rejection && <Rejected why={run.rejection} />}
      {!active && truth && <Results run={run} truth={truth} onCompared={refetch} />}
      {run.errors.length > 0 && (
        <Section title="Failures by reason">
          <FailureCounts run={run} />
        </Section>
      )}
      {run.items !== null && run.items > 0 && (
        <Items key={`${run.status} ${run.evaluations.join()}`} run={run} layout={layout} filters={filters} />
      )}
    </Page>
  );
}
