import type { TrainingLine } from '../api/operations.generated.ts';
import { linkTo } from '../app/location.ts';
import { moment, percent, pixels, significant } from '../ui/formatting.ts';
import { Status } from '../ui/Status.tsx';
import { assignments } from './overrides.ts';

export function TrainingRow({ run }: { readonly run: TrainingLine }) {
  const { test } = run;
  return (
    <div class="row">
      <a class="row-main" href={linkTo(['training', run.id])}>
        {run.recipe} <span class="note">{assignments(run.overrides)}</span>
      </a>
      <span class="note">{moment(run.createdAt)}</span>
      <Status status={run.status} />
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
