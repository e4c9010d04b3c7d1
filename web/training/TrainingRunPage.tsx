import { lossCurves } from '../../training/figures/specs/index.ts';
import { type TrainingDetail, TrainingPage as TrainingQuery } from '../api/operations.generated.ts';
import { useQuery } from '../api/useQuery.ts';
import { linkTo } from '../app/location.ts';
import { Plot } from '../plots/Plot.tsx';
import { duration, moment, percent, pixels, significant } from '../ui/formatting.ts';
import { Page, Section } from '../ui/Page.tsx';
import { Progress } from '../ui/Progress.tsx';
import { Empty, Failure, Loading } from '../ui/States.tsx';
import { Status } from '../ui/Status.tsx';
import { Tile, Tiles } from '../ui/Tile.tsx';
import { Figures } from './Figures.tsx';
import { assignments } from './overrides.ts';
import { TrainingActions } from './TrainingActions.tsx';
import { useCurve } from './useCurve.ts';

export function TrainingRunPage({ id }: { readonly id: string }) {
  const { data, error, loading, refetch } = useQuery(TrainingQuery, { id });
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
  const { epochs } = useCurve(run.id, run.status, refetch);
  const last = epochs.at(-1);
  const share = run.totalEpochs === null ? null : epochs.length / run.totalEpochs;
  const seconds = epochs.length === 0 ? null : epochs.reduce((sum, one) => sum + one.seconds, 0) / epochs.length;
  const left = seconds === null || run.totalEpochs === null ? null : seconds * (run.totalEpochs - epochs.length);
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
      {live && <Progress label="Epochs" share={share} />}
      <Tiles>
        <Tile label="Epochs" value={`${epochs.length} of ${run.totalEpochs ?? '–'}`} />
        <Tile label="Train loss" value={significant(last?.train.loss)} />
        <Tile label="Test loss" value={significant(last?.test.loss)} />
        <Tile label="Test MAE" value={pixels(last?.test.maePx)} />
        <Tile label="Test NME" value={percent(last?.test.nme)} />
        {live ? <Tile label="Time left" value={duration(left)} /> : <Tile label="An epoch" value={duration(seconds)} />}
      </Tiles>
      {epochs.length > 0 && (
        <Section title="Loss">
          <Plot
            label={`Loss by epoch; the last: train ${significant(last?.train.loss)}, test ${significant(last?.test.loss)}`}
            from={[epochs]}
            height={300}
            spec={(options) =>
              lossCurves(
                epochs.map(({ epoch, train, test }) => ({ epoch, train: train.loss, heldOut: test.loss })),
                options,
              )
            }
          />
        </Section>
      )}
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
      <Status status={run.status} />
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
