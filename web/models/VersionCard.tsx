import { type Card, PromoteModel } from '../api/operations.generated.ts';
import { request } from '../api/request.ts';
import { accepted, useAction } from '../api/useAction.ts';
import { Failure } from '../ui/States.tsx';
import { CardFacts } from './CardFacts.tsx';
import { CardMetrics } from './CardMetrics.tsx';

export interface VersionCardProps {
  readonly card: Card;
  /** The name alone means this version. */
  readonly current: boolean;
  /** The promoted version, where there is one: promoting refuses if another has been promoted meanwhile. */
  readonly promoted: string | null;
  /** Shared models are promoted by whoever shares them. */
  readonly own: boolean;
  readonly onPromoted: () => void;
}

export function VersionCard({ card, current, promoted, own, onPromoted }: VersionCardProps) {
  const promote = useAction(async () => {
    const input = { version: card.id, expected: promoted };
    accepted((await request(PromoteModel, { input })).promoteModel);
    onPromoted();
  });
  return (
    <article class={current ? 'card current' : 'card'} aria-label={`Version ${card.version}`}>
      <h3>
        {card.version} {current && <span class="badge">{promoted ? 'promoted' : 'newest'}</span>}
      </h3>
      <p>{card.description}</p>
      <p class="licence">{card.licenceNote}</p>
      <CardMetrics metrics={card.metrics} />
      <CardFacts card={card} />
      {own && card.version !== promoted && (
        <button type="button" disabled={promote.busy} onClick={() => promote.start()}>
          Promote
        </button>
      )}
      <Failure error={promote.error} />
    </article>
  );
}
