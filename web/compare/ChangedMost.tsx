/** What changed from the first run to each other: by how much on the whole, and the faces that changed most. */
import { useState } from 'preact/hooks';
import { CompareRuns } from '../api/operations.generated.ts';
import { useQuery } from '../api/useQuery.ts';
import { Section } from '../ui/Page.tsx';
import { Empty, Failure, Loading } from '../ui/States.tsx';
import { ChangeList } from './ChangeList.tsx';
import { Difference } from './Difference.tsx';
import { SideBySide } from './SideBySide.tsx';
import type { ComparedRun } from './useCompared.ts';

export type Comparison = NonNullable<typeof CompareRuns.data>['compareRuns'][number];

const SHOWN = 10;

export interface ChangedMostProps {
  readonly runs: readonly ComparedRun[];
}

export function ChangedMost({ runs }: ChangedMostProps) {
  const bare = runs.filter(({ metrics }) => !metrics);
  if (bare.length === 0) return <Changes runs={runs} />;
  return (
    <Section title="Changed most">
      <Empty>
        Which faces changed is told by ground truth, which {bare.map(({ label }) => label).join(' and ')}{' '}
        {bare.length === 1 ? 'has' : 'have'} not.
      </Empty>
    </Section>
  );
}

function Changes({ runs }: ChangedMostProps) {
  const { data, error, loading, refetch } = useQuery(CompareRuns, {
    runs: runs.map(({ run }) => run.id),
    first: SHOWN,
  });
  return (
    <Section title="Changed most">
      {loading && <Loading what="the faces that both have" />}
      <Failure error={error} retry={refetch} />
      {data?.compareRuns.map((comparison) => (
        <Against
          key={comparison.run.id}
          comparison={comparison}
          baseline={runs[0]!}
          run={runs.find(({ run }) => run.id === comparison.run.id) ?? runs[0]!}
        />
      ))}
    </Section>
  );
}

interface AgainstProps {
  readonly comparison: Comparison;
  readonly baseline: ComparedRun;
  readonly run: ComparedRun;
}

function Against({ comparison, baseline, run }: AgainstProps) {
  const [open, setOpen] = useState<Comparison['improved'][number] | null>(null);
  return (
    <section aria-label={`${run.label} against ${baseline.label}`}>
      <h3>
        {run.label} against {baseline.label}
      </h3>
      <Difference comparison={comparison} />
      <div class="figures">
        <ChangeList title="Most improved" measure={comparison.measure} changes={comparison.improved} onOpen={setOpen} />
        <ChangeList title="Most worsened" measure={comparison.measure} changes={comparison.worsened} onOpen={setOpen} />
      </div>
      {open && <SideBySide change={open} baseline={baseline} run={run} onClose={() => setOpen(null)} />}
    </section>
  );
}
