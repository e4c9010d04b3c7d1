import { BatchList } from '../api/operations.generated.ts';
import { session } from '../api/session.ts';
import { usePages } from '../api/usePages.ts';
import { linkTo } from '../app/location.ts';
import { FreshRun } from '../runs/FreshRun.tsx';
import { moment, things } from '../ui/formatting.ts';
import { LongList } from '../ui/LongList.tsx';
import { Page, Section } from '../ui/Page.tsx';
import { Empty, Failure, Loading } from '../ui/States.tsx';
import { Status } from '../ui/Status.tsx';
import { NewBatch } from '../upload/NewBatch.tsx';

const PAGE = 20;

export function BatchesPage() {
  const { project } = session.get();
  const batches = usePages(BatchList, { project, first: PAGE }, (data) => data.batches);
  return (
    <Page title="Batches">
      <Section title="New batch">
        <NewBatch onMade={batches.refetch} />
      </Section>
      <Section title="Uploaded so far">
        <Failure error={batches.error} retry={batches.more} />
        {batches.nodes.length > 0 && (
          <LongList
            label="Batches, newest first"
            rows={batches.nodes}
            rowHeight={56}
            keyOf={({ id }) => id}
            onNearEnd={batches.more}
          >
            {(batch) => <BatchRow batch={batch} />}
          </LongList>
        )}
        {batches.loading && batches.nodes.length === 0 && <Loading what="batches" />}
        {!batches.loading && !batches.hasMore && batches.nodes.length === 0 && (
          <Empty>Nothing is uploaded yet. Drop a folder of images above.</Empty>
        )}
      </Section>
    </Page>
  );
}

type BatchLine = NonNullable<typeof BatchList.data>['batches']['edges'][number]['node'];

function BatchRow({ batch }: { readonly batch: BatchLine }) {
  const runs = batch.runs.edges.map(({ node }) => node);
  return (
    <div class="row">
      <a class="row-main" href={linkTo(['batches', batch.id])}>
        {batch.name}
      </a>
      <span class="note">{moment(batch.createdAt)}</span>
      <span class="row-end">
        {runs.length === 0 && <span class="note">not committed</span>}
        {runs.map((run) => (
          <a key={run.id} href={linkTo(['runs', run.id])} title={things(run.items, 'image')}>
            <FreshRun run={run}>{({ status }) => <Status status={status} />}</FreshRun>
          </a>
        ))}
      </span>
    </div>
  );
}
