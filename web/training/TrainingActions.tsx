import { CancelTraining, ResumeTraining, type TrainingDetail } from '../api/operations.generated.ts';
import { request } from '../api/request.ts';
import { accepted, useAction } from '../api/useAction.ts';
import { Failure } from '../ui/States.tsx';

export interface TrainingActionsProps {
  readonly run: TrainingDetail;
  readonly onChanged: () => void;
}

/** Stop keeps the checkpoint; resume goes on from it. */
export function TrainingActions({ run: { id, status, resumable }, onChanged }: TrainingActionsProps) {
  const stop = useAction(async () => {
    accepted((await request(CancelTraining, { id })).cancelTraining);
    onChanged();
  });
  const resume = useAction(async () => {
    accepted((await request(ResumeTraining, { id })).resumeTraining);
    onChanged();
  });
  return (
    <p class="toolbar">
      {(status === 'RUNNING' || status === 'QUEUED') && (
        <button type="button" disabled={stop.busy} onClick={() => stop.start()}>
          Stop
        </button>
      )}
      {resumable && (
        <button type="button" disabled={resume.busy} onClick={() => resume.start()}>
          Resume
        </button>
      )}
      <Failure error={stop.error ?? resume.error} />
    </p>
  );
}
