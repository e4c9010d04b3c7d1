import { BatchPage as BatchQuery, DeleteBatch } from '../api/operations.generated.ts';
import { request } from '../api/request.ts';
import { accepted, useAction } from '../api/useAction.ts';
import { useQuery } from '../api/useQuery.ts';
import { go, linkTo } from '../app/location.ts';
import { RunTable } from '../runs/RunTable.tsx';
import { ConfirmButton } from '../ui/ConfirmButton.tsx';
import { bytes, moment } from '../ui/formatting.ts';
import { Page, Section } from '../ui/Page.tsx';
import { Empty, Failure, Loading } from '../ui/States.tsx';
import { CommitForm } from './CommitForm.tsx';

export function BatchPage({ id }: { readonly id: string }) {
  const { data, error, loading, refetch } = useQuery(BatchQuery, { id, first: 50 });
  const remove = useAction(async () => {
    accepted((await request(DeleteBatch, { id })).deleteBatch);
    go(linkTo(['batches']));
  });
  if (loading) return <Page title="Batch" children={<Loading what="the batch" />} />;
  const batch = data?.batch;
  if (!batch) {
    return (
      <Page title="Batch">
        <Failure error={error} retry={refetch} />
        {!error && <Empty>There is no such batch; it may have been deleted.</Empty>}
      </Page>
    );
  }
  const images = batch.images.edges.map(({ node }) => node);
  return (
    <Page title={batch.name} tab={`Batch ${batch.name}`}>
      <p class="note">
        Made {moment(batch.createdAt)}
        {batch.createdBy && ` by ${batch.createdBy}`}
      </p>
      <Section title="Runs">
        <RunTable runs={batch.runs.edges.map(({ node }) => node)} />
        <CommitForm batch={id} />
      </Section>
      <Section title="Images">
        {images.length === 0 && <Empty>No image is uploaded yet.</Empty>}
        <ul class="thumbs">
          {images.map(({ key, bytes: size, url }) => (
            <li key={key}>
              <img src={url} alt="" loading="lazy" />
              <span class="key">{key}</span> <span class="note">{bytes(size)}</span>
            </li>
          ))}
        </ul>
        {batch.images.pageInfo.hasNextPage && <p class="note">These are the first {images.length} by name.</p>}
      </Section>
      <p class="toolbar">
        <ConfirmButton
          label="Delete batch"
          warning="This deletes its images and every run of them."
          disabled={remove.busy}
          onConfirm={() => remove.start()}
        />
      </p>
      <Failure error={remove.error} />
    </Page>
  );
}
