import { ModelList } from '../api/operations.generated.ts';
import { session } from '../api/session.ts';
import { usePages } from '../api/usePages.ts';
import { linkTo } from '../app/location.ts';
import { bytes, moment } from '../ui/formatting.ts';
import { Page } from '../ui/Page.tsx';
import { Empty, Failure, Loading } from '../ui/States.tsx';
import { CardMetrics } from './CardMetrics.tsx';

export function ModelsPage() {
  const { project } = session.get();
  const models = usePages(ModelList, { project, first: 20 }, (data) => data.models);
  return (
    <Page title="Models">
      <Failure error={models.error} retry={models.more} />
      {models.loading && models.nodes.length === 0 && <Loading what="models" />}
      {!models.loading && !models.hasMore && models.nodes.length === 0 && (
        <Empty>
          There is no model yet. <a href={linkTo(['training'])}>Train one</a>, or import one with{' '}
          <code>fiducial model import</code>.
        </Empty>
      )}
      <ul class="cards">
        {models.nodes.map((model) => (
          <li key={model.id}>
            <ModelCard model={model} />
          </li>
        ))}
      </ul>
      {models.hasMore && models.nodes.length > 0 && (
        <button type="button" onClick={models.more}>
          More models
        </button>
      )}
    </Page>
  );
}

type ModelLine = NonNullable<typeof ModelList.data>['models']['edges'][number]['node'];

function ModelCard({ model: { id, name, owner, promoted, production: card } }: { readonly model: ModelLine }) {
  return (
    <article class="card">
      <h2>
        <a href={linkTo(['models', id])}>{name}</a> <span class="note">{owner === 'shared' ? 'shared' : ''}</span>
      </h2>
      {card ? (
        <>
          <p>{card.description}</p>
          <p class="note">
            {card.version} {promoted === card.version ? '(promoted)' : '(newest)'}, {card.points}{' '}
            {card.points === 1 ? 'point' : 'points'}, {card.precision}, {bytes(card.bytes)}, {moment(card.createdAt)}
          </p>
          <CardMetrics metrics={card.metrics} />
          <p class="licence">{card.licenceNote}</p>
        </>
      ) : (
        <p>No version can be read.</p>
      )}
    </article>
  );
}
