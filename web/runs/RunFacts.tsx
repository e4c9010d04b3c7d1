import type { RunDetail } from '../api/operations.generated.ts';
import { linkTo } from '../app/location.ts';
import { count, duration, moment, percent, things } from '../ui/formatting.ts';
import { Status } from '../ui/Status.tsx';

/** What a run is: of what, by what, when. */
export function RunFacts({ run }: { readonly run: RunDetail }) {
  const { model, batch, retryOf } = run;
  const seconds = run.finishedAt ? (Date.parse(run.finishedAt) - Date.parse(run.committedAt)) / 1000 : null;
  return (
    <p class="run-facts">
      <Status status={run.status} />
      {batch && <a href={linkTo(['batches', batch.id])}>Batch</a>}
      {model && (
        <a href={linkTo(['models', `Model:${model.id.split(':').slice(1, 3).join(':')}`])}>
          {model.name} {model.version}
        </a>
      )}
      {run.crop && <span>crop: {run.crop.toLowerCase()}</span>}
      <span>{things(run.items, 'image')}</span>
      {run.scored !== null && <span>{count(run.scored)} scored</span>}
      {run.failed !== null && (
        <span>
          {count(run.failed)} failed (up to {percent(run.errorThreshold, 0)} allowed)
        </span>
      )}
      <span>committed {moment(run.committedAt)}</span>
      {seconds !== null && <span>took {duration(seconds)}</span>}
      {retryOf && <a href={linkTo(['runs', retryOf.id])}>goes on from an earlier run</a>}
      {run.codeVersion && <span class="note">Fiducial {run.codeVersion}</span>}
    </p>
  );
}
