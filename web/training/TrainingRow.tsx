import { useEffect, useState } from 'preact/hooks';
import { type TrainingLine, TrainingLineById } from '../api/operations.generated.ts';
import { useQuery } from '../api/useQuery.ts';
import { linkTo } from '../app/location.ts';
import { moment, percent, pixels, significant } from '../ui/formatting.ts';
import { assignments, shortAssignments } from './overrides.ts';
import { TrainingStatus } from './TrainingStatus.tsx';

export interface TrainingRowProps {
  /** As the list has it. */
  readonly run: TrainingLine;
}

const POLL_MS = 5000;

export function isUnderWay({ status }: Pick<TrainingLine, 'status'>): boolean {
  return status === 'RUNNING' || status === 'QUEUED';
}

/** A training run of a list, read again by itself until it has ended. */
export function TrainingRow({ run }: TrainingRowProps) {
  return isUnderWay(run) ? <Followed run={run} /> : <Row run={run} />;
}

function Followed({ run }: TrainingRowProps) {
  const [ended, setEnded] = useState(false);
  const { data } = useQuery(TrainingLineById, { id: run.id }, { everyMs: ended ? null : POLL_MS });
  const now = data?.training ?? run;
  useEffect(() => setEnded(!isUnderWay(now)), [now.status]);
  return <Row run={now} />;
}

function Row({ run }: TrainingRowProps) {
  const { test } = run;
  return (
    <div class="row">
      <a class="row-main" title={assignments(run.overrides)} href={linkTo(['training', run.id])}>
        {run.recipe} <span class="note">{shortAssignments(run.overrides, Object.keys(run.overrides ?? {}))}</span>
      </a>
      <span class="note">{moment(run.createdAt)}</span>
      <TrainingStatus run={run} />
      {test && (
        <span class="number">
          test loss {significant(test.loss)}
          {test.maePx !== null && `, ${pixels(test.maePx)}`}
          {test.nme !== null && `, NME ${percent(test.nme)}`}
        </span>
      )}
    </div>
  );
}
