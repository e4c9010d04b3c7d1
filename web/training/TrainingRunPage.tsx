import { type TrainingDetail, TrainingPage as TrainingQuery } from '../api/operations.generated.ts';
import { useQuery } from '../api/useQuery.ts';
import { linkTo } from '../app/location.ts';
import { moment } from '../ui/formatting.ts';
import { Page } from '../ui/Page.tsx';
import { Progress } from '../ui/Progress.tsx';
import { Empty, Failure, Loading } from '../ui/States.tsx';
import { Figures } from './Figures.tsx';
import { Loss } from './Loss.tsx';
import { assignments } from './overrides.ts';
import { TrainingActions } from './TrainingActions.tsx';
import { TrainingStatus } from './TrainingStatus.tsx';
import { TrainingTiles } from './TrainingTiles.tsx';
import { useCurve } from './useCurve.ts';

export function TrainingRunPage({ id }: { readonly id: string }) {
  const { data, error, loading, refetch } = useQuery(TrainingQuery, { id }, { onReturn: true });
  if (loading) return <Page title="Training run" children={<Loading what="the training run" />} />;
  const run = data?.training;
  if (run)
    return (
      <Shown key={run.status === 'RUNNING' || run.status === 'QUEUED' ? 'live' : 'still'} run={run} refetch={refetch} />
    );
  return (
    <Page title="Training run">
      <Failure error={error} retry={refetch} />
      {!error && <Empty>There is no such training run.</Empty>}
    </Page>
  );
}

interface ShownProps {
  readonly run: TrainingDetail;
  readonly refetch: () => void;
}

function Shown({ run, refetch }: ShownProps) {
  const { epochs } = useCurve(run, refetch);
  const share = run.totalEpochs === null ? null : epochs.length / run.totalEpochs;
  const live = run.status === 'RUNNING' || run.status === 'QUEUED';
  return (
    <Page title={`Training ${run.recipe}`}>
      <TrainingFacts run={run} />
      <TrainingActions run={run} onChanged={refetch} />
      {run.error && (
        <p class="failure" role="alert">
          <code>{run.error.code}</code> {run.error.message}
        </p>
      )}
      {live && <Progress label={run.phase === 'PREPARING_DATA' ? 'Preparing data' : 'Epochs'} share={share} />}
      <TrainingTiles run={run} epochs={epochs} live={live} />
      <Loss run={run} epochs={epochs} />
      <Figures figures={run.figures} />
      <details>
        <summary>The recipe as it runs</summary>
        <pre class="recipe-text">{JSON.stringify(run.value ?? run.overrides, null, 2)}</pre>
      </details>
    </Page>
  );
}

function TrainingFacts({ run }: { readonly run: TrainingDetail }) {
  return (
    <p class="run-facts">
      <TrainingStatus run={run} />
      {assignments(run.overrides) && <code>{assignments(run.overrides)}</code>}
      <span>on {run.data.length === 0 ? 'the synthetic set' : run.data.join(', ')}</span>
      {run.backend && <span>backend {run.backend}</span>}
      <span>
        asked for {moment(run.createdAt)} by {run.startedBy}
      </span>
      {run.finishedAt && <span>ended {moment(run.finishedAt)}</span>}
      {run.model && (
        <a href={linkTo(['models', run.model.model.id])}>
          model {run.model.name} {run.model.version}
        </a>
      )}
    </p>
  );
}
