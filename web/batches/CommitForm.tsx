import { useState } from 'preact/hooks';
import { CommitBatch, type CommitBatchInput } from '../api/operations.generated.ts';
import { request } from '../api/request.ts';
import { accepted, useAction } from '../api/useAction.ts';
import { go, linkTo } from '../app/location.ts';
import { Failure } from '../ui/States.tsx';
import { type ScoringChoice, ScoringFields } from './ScoringFields.tsx';

export interface CommitFormProps {
  /** Id of the batch. */
  readonly batch: string;
  readonly disabled?: boolean;
  readonly onCommitted?: () => void;
}

/** Starts a run of what is uploaded by now, and goes to it. */
export function CommitForm({ batch, disabled = false, onCommitted }: CommitFormProps) {
  const [choice, setChoice] = useState<ScoringChoice>({ model: '', crop: null, errorThreshold: 0 });
  const commit = useAction(async () => {
    const input: CommitBatchInput = { batch, ...choice };
    const { run } = accepted((await request(CommitBatch, { input })).commitBatch);
    onCommitted?.();
    go(linkTo(['runs', run.id]));
  });
  return (
    <form
      class="fields"
      onSubmit={(event) => {
        event.preventDefault();
        commit.start();
      }}
    >
      <ScoringFields choice={choice} onChange={setChoice} />
      <button type="submit" class="primary" disabled={disabled || commit.busy || choice.model === ''}>
        {commit.busy ? 'Committing…' : 'Commit and score'}
      </button>
      <Failure error={commit.error} />
    </form>
  );
}
