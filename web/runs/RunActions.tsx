import { useState } from 'preact/hooks';
import { CancelRun, DeleteRun, RedriveRun, type RunDetail } from '../api/operations.generated.ts';
import { request } from '../api/request.ts';
import { accepted, useAction } from '../api/useAction.ts';
import { go, linkTo } from '../app/location.ts';
import { ConfirmButton } from '../ui/ConfirmButton.tsx';
import { Failure } from '../ui/States.tsx';
import { AddTruth } from './AddTruth.tsx';
import { isUnderWay } from './FreshRun.tsx';
import { RerunForm } from './RerunForm.tsx';

export interface RunActionsProps {
  readonly run: RunDetail;
  readonly onChanged: () => void;
}

/** What can be done to a run, as far as its status allows it. */
export function RunActions({ run, onChanged }: RunActionsProps) {
  const [open, setOpen] = useState<'rerun' | 'truth' | null>(null);
  const { id, status } = run;
  const active = isUnderWay(run);
  const incomplete = status === 'CANCELLED' || (run.failed ?? 0) > 0;
  const cancel = useAction(async () => {
    accepted((await request(CancelRun, { id })).cancelRun);
    onChanged();
  });
  const redrive = useAction(async () => {
    const input = { run: id, idempotencyKey: crypto.randomUUID() };
    go(linkTo(['runs', accepted((await request(RedriveRun, { input })).redriveRun).run.id]));
  });
  const remove = useAction(async () => {
    accepted((await request(DeleteRun, { id })).deleteRun);
    go(linkTo(['runs']));
  });
  const toggle = (which: 'rerun' | 'truth') => setOpen(open === which ? null : which);
  return (
    <>
      <div class="toolbar">
        {active && (
          <button type="button" disabled={cancel.busy} onClick={() => cancel.start()}>
            Cancel
          </button>
        )}
        {!active && incomplete && run.items !== null && (
          <button type="button" disabled={redrive.busy} onClick={() => redrive.start()}>
            Score again what failed
          </button>
        )}
        {!active && run.items !== null && (
          <>
            <button type="button" aria-expanded={open === 'rerun'} onClick={() => toggle('rerun')}>
              Rerun…
            </button>
            {status !== 'CANCELLED' && (
              <button type="button" aria-expanded={open === 'truth'} onClick={() => toggle('truth')}>
                Add ground truth…
              </button>
            )}
          </>
        )}
        {!active && (
          <ConfirmButton
            label="Delete run"
            warning="This deletes its predictions and metrics. The batch stays."
            disabled={remove.busy}
            onConfirm={() => remove.start()}
          />
        )}
      </div>
      <Failure error={cancel.error ?? redrive.error ?? remove.error} />
      {open === 'rerun' && <RerunForm run={id} />}
      {open === 'truth' && <AddTruth run={run} onAdded={onChanged} />}
    </>
  );
}
