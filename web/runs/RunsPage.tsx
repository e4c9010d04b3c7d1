import { useState } from 'preact/hooks';
import { RunList } from '../api/operations.generated.ts';
import { session } from '../api/session.ts';
import { usePages } from '../api/usePages.ts';
import { linkTo } from '../app/location.ts';
import { LongList } from '../ui/LongList.tsx';
import { Page } from '../ui/Page.tsx';
import { Empty, Failure, Loading } from '../ui/States.tsx';
import { RunRow } from './RunTable.tsx';

const MOST_COMPARED = 8;

/** All runs, newest first; `model` in the URL narrows them. Two to eight can be ticked and compared. */
export function RunsPage({ filters }: { readonly filters: URLSearchParams }) {
  const { project } = session.get();
  const model = filters.get('model');
  const runs = usePages(RunList, { project, model, first: 50 }, (data) => data.runs);
  const [ticked, setTicked] = useState<readonly string[]>([]);
  const tick = (id: string) =>
    setTicked((last) => (last.includes(id) ? last.filter((one) => one !== id) : [...last, id].slice(-MOST_COMPARED)));
  return (
    <Page title="Runs">
      {model && (
        <p>
          Of model <code>{model.split(':').at(-1)}</code>. <a href={linkTo(['runs'])}>Show all</a>
        </p>
      )}
      <p class="toolbar">
        {ticked.length >= 2 ? (
          <a class="button primary" href={linkTo(['compare'], { run: ticked })}>
            Compare {ticked.length} runs
          </a>
        ) : (
          <span class="note">Tick two to eight runs to compare them.</span>
        )}
      </p>
      <Failure error={runs.error} retry={runs.more} />
      {runs.nodes.length > 0 && (
        <LongList
          label="Runs, newest first"
          rows={runs.nodes}
          rowHeight={56}
          keyOf={({ id }) => id}
          onNearEnd={runs.more}
        >
          {(run) => (
            <div class="ticked">
              <input
                type="checkbox"
                aria-label={`Compare the run of ${run.batch?.name ?? 'a deleted batch'}`}
                checked={ticked.includes(run.id)}
                onChange={() => tick(run.id)}
              />
              <RunRow run={run} />
            </div>
          )}
        </LongList>
      )}
      {runs.loading && runs.nodes.length === 0 && <Loading what="runs" />}
      {!runs.loading && !runs.hasMore && runs.nodes.length === 0 && (
        <Empty>
          Nothing has been scored yet. <a href={linkTo(['batches'])}>Upload a batch</a> and commit it.
        </Empty>
      )}
    </Page>
  );
}
