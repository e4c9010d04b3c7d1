import type { RunLine } from '../api/operations.generated.ts';
import { linkTo } from '../app/location.ts';
import { interOcular, moment, percent, pixels, things } from '../ui/formatting.ts';
import { Empty } from '../ui/States.tsx';
import { Status } from '../ui/Status.tsx';
import { FreshRun } from './FreshRun.tsx';

/** Model and crop rule: what tells two runs of one batch apart. */
function whatScored({ model, crop }: RunLine): string {
  return [model ? `${model.name} ${model.version}` : '', crop?.toLowerCase() ?? ''].filter(Boolean).join(', ');
}

/** A short list of runs; the long one is on the page of runs. */
export function RunTable({ runs }: { readonly runs: readonly RunLine[] }) {
  if (runs.length === 0) return <Empty>No run yet.</Empty>;
  return (
    <ul class="plain-list">
      {runs.map((run) => (
        <li key={run.id}>
          <RunRow run={run} />
        </li>
      ))}
    </ul>
  );
}

export function RunRow({ run }: { readonly run: RunLine }) {
  return <FreshRun run={run}>{(now) => <Row run={now} />}</FreshRun>;
}

function Row({ run }: { readonly run: RunLine }) {
  const { metrics } = run;
  return (
    <div class="row">
      <a class="row-main" href={linkTo(['runs', run.id])}>
        {run.batch?.name ?? 'deleted batch'}
        <span class="note"> {moment(run.committedAt)}</span>
      </a>
      <Status status={run.status} />
      <span class="row-model">{whatScored(run)}</span>
      <span class="number">{things(run.items, 'image')}</span>
      <span class="number">{metrics ? pixels(metrics.maePx) : ''}</span>
      <span class="number wide">{metrics ? `NME ${percent(interOcular(metrics.nme))}` : ''}</span>
    </div>
  );
}
