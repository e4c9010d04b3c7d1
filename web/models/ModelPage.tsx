import { ModelPage as ModelQuery } from '../api/operations.generated.ts';
import { session } from '../api/session.ts';
import { useQuery } from '../api/useQuery.ts';
import { linkTo } from '../app/location.ts';
import { RunTable } from '../runs/RunTable.tsx';
import { Page, Section } from '../ui/Page.tsx';
import { Empty, Failure, Loading } from '../ui/States.tsx';
import { VersionCard } from './VersionCard.tsx';

export function ModelPage({ id }: { readonly id: string }) {
  const { project } = session.get();
  const { data, error, loading, refetch } = useQuery(ModelQuery, { id, project });
  if (loading) return <Page title="Model" children={<Loading what="the model" />} />;
  if (data?.node?.__typename !== 'Model') {
    return (
      <Page title="Model">
        <Failure error={error} retry={refetch} />
        {!error && <Empty>There is no such model.</Empty>}
      </Page>
    );
  }
  const { name, owner, promoted, versions, runs } = data.node;
  const current = promoted ?? versions.edges[0]?.node.version ?? null;
  return (
    <Page title={name} tab={`Model ${name}`}>
      <Section title="Versions">
        {versions.edges.map(({ node }) => (
          <VersionCard
            key={node.id}
            card={node}
            current={node.version === current}
            promoted={promoted}
            own={owner !== 'shared'}
            onPromoted={refetch}
          />
        ))}
      </Section>
      <Section title="Runs that used it">
        <RunTable runs={runs.edges.map(({ node }) => node)} />
        {runs.pageInfo.hasNextPage && <a href={linkTo(['runs'], { model: id })}>All of them</a>}
      </Section>
    </Page>
  );
}
