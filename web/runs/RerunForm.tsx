import { useState } from 'preact/hooks';
import { Rerun } from '../api/operations.generated.ts';
import { request } from '../api/request.ts';
import { accepted, useAction } from '../api/useAction.ts';
import { go, linkTo } from '../app/location.ts';
import { type ScoringChoice, ScoringFields } from '../batches/ScoringFields.tsx';
import { Failure } from '../ui/States.tsx';

/** The same batch with another model or another way of cropping: a new run. */
export function RerunForm({ run }: { readonly run: string }) {
  const [choice, setChoice] = useState<ScoringChoice>({ model: '', crop: null, errorThreshold: 0 });
  const rerun = useAction(async () => {
    const input = { run, ...choice, idempotencyKey: crypto.randomUUID() };
    go(linkTo(['runs', accepted((await request(Rerun, { input })).rerun).run.id]));
  });
  return (
    <form
      class="fields"
      onSubmit={(event) => {
        event.preventDefault();
        rerun.start();
      }}
    >
      <ScoringFields choice={choice} onChange={setChoice} />
      <button type="submit" class="primary" disabled={rerun.busy || choice.model === ''}>
        Score again
      </button>
      <Failure error={rerun.error} />
    </form>
  );
}
