import type { Card } from '../api/operations.generated.ts';
import { linkTo } from '../app/location.ts';
import { bytes, moment, significant, things } from '../ui/formatting.ts';

/** Where a model comes from, what it sees, and how well its export agrees with it. */
export function CardFacts({ card }: { readonly card: Card }) {
  const { input, data } = card;
  return (
    <dl class="facts wide">
      <div>
        <dt>Trained on</dt>
        <dd>
          {data.length === 0 && 'not told'}
          <ul class="plain-list">
            {data.map(({ name, images, licence, digest }) => (
              <li key={name}>
                {name}, {things(images, 'image')}; {licence}{' '}
                {digest && <code title={digest}>{digest.slice(0, 12)}</code>}
              </li>
            ))}
          </ul>
        </dd>
      </div>
      <div>
        <dt>Training run</dt>
        <dd>
          <TrainedBy card={card} />
          {card.pretraining && `; pretraining: ${card.pretraining}`}
        </dd>
      </div>
      <div>
        <dt>Input</dt>
        <dd>
          {input.width} × {input.height}, {input.channels === 1 ? 'grey' : 'colour'}, {input.fit},{' '}
          {input.kernel.toLowerCase()}, margin {input.margin}; crop: {card.crop.toLowerCase()}
        </dd>
      </div>
      <div>
        <dt>Export</dt>
        <dd>
          {card.precision}, {bytes(card.bytes)}, sha256 <code title={card.sha256}>{card.sha256.slice(0, 12)}</code>
          {card.parityError !== null && `, differs by ${significant(card.parityError)} of the crop at most`}
        </dd>
      </div>
      <div>
        <dt>Made</dt>
        <dd>{moment(card.createdAt)}</dd>
      </div>
    </dl>
  );
}

/** A link, but for a shared model: the run that trained it is not in this project. */
function TrainedBy({ card: { id, trainingRun, recipe } }: { readonly card: Card }) {
  const owner = id.split(':')[1]!;
  if (!trainingRun) return <>none: imported</>;
  if (owner === 'shared') return <>{[recipe, trainingRun].filter(Boolean).join(', ')}</>;
  return <a href={linkTo(['training', `TrainingRun:${owner}:${trainingRun}`])}>{recipe ?? trainingRun}</a>;
}
