import { useState } from 'preact/hooks';
import { SweepList, TrainingList } from '../api/operations.generated.ts';
import { session } from '../api/session.ts';
import { usePages } from '../api/usePages.ts';
import { linkTo } from '../app/location.ts';
import { moment } from '../ui/formatting.ts';
import { LongList } from '../ui/LongList.tsx';
import { Page, Section } from '../ui/Page.tsx';
import { Empty, Failure, Loading } from '../ui/States.tsx';
import { useFocusWhen } from '../ui/useFocusWhen.ts';
import { shortNames, variedBy } from './overrides.ts';
import { StartTraining } from './StartTraining.tsx';
import { TrainingRow } from './TrainingRow.tsx';

export function TrainingPage() {
  const [starting, setStarting] = useState(false);
  const button = useFocusWhen<HTMLButtonElement>(!starting);
  return (
    <Page title="Training">
      {starting ? (
        <Section title="Start a training run">
          <StartTraining onCancel={() => setStarting(false)} />
        </Section>
      ) : (
        <p>
          <button ref={button} type="button" class="primary" onClick={() => setStarting(true)}>
            Start a training run or a sweep
          </button>
        </p>
      )}
      <Trainings />
      <Sweeps />
    </Page>
  );
}

function Trainings() {
  const { project } = session.get();
  const runs = usePages(TrainingList, { project, first: 50 }, (data) => data.trainings);
  return (
    <Section title="Training runs">
      <Failure error={runs.error} retry={runs.more} />
      {runs.nodes.length > 0 && (
        <LongList
          label="Training runs, newest first"
          rows={runs.nodes}
          rowHeight={56}
          keyOf={({ id }) => id}
          onNearEnd={runs.more}
        >
          {(run) => <TrainingRow run={run} />}
        </LongList>
      )}
      {runs.loading && runs.nodes.length === 0 && <Loading what="training runs" />}
      {!runs.loading && !runs.hasMore && runs.nodes.length === 0 && <Empty>Nothing has been trained here yet.</Empty>}
    </Section>
  );
}

function Sweeps() {
  const { project } = session.get();
  const sweeps = usePages(SweepList, { project, first: 50 }, (data) => data.sweeps);
  if (sweeps.nodes.length === 0) return <Failure error={sweeps.error} retry={sweeps.more} />;
  return (
    <Section title="Sweeps">
      <LongList
        label="Sweeps, newest first"
        rows={sweeps.nodes}
        rowHeight={56}
        keyOf={({ id }) => id}
        onNearEnd={sweeps.more}
      >
        {({ id, recipe, grid, createdAt }) => (
          <div class="row">
            <a class="row-main" href={linkTo(['sweeps', id])}>
              {recipe}: {shortNames(variedBy(grid)).join(', ')}
            </a>
            <span class="note">{moment(createdAt)}</span>
          </div>
        )}
      </LongList>
    </Section>
  );
}
