import { useEffect } from 'preact/hooks';
import { type CommitBatchInput, ModelChoices } from '../api/operations.generated.ts';
import { session } from '../api/session.ts';
import { useQuery } from '../api/useQuery.ts';
import { Failure } from '../ui/States.tsx';

/** Which model scores, and how. */
export interface ScoringChoice {
  /** NAME; empty until one is chosen. */
  readonly model: string;
  /** Null: the model's own rule. */
  readonly crop: NonNullable<CommitBatchInput['crop']> | null;
  /** Share of items that may fail, 0 to 1. */
  readonly errorThreshold: number;
}

export interface ScoringFieldsProps {
  readonly choice: ScoringChoice;
  /** Takes a change, not a value: what a person chose meanwhile is never overwritten by what was there before. */
  readonly onChange: (change: (before: ScoringChoice) => ScoringChoice) => void;
  /** Whether to ask how many may fail. Default true. */
  readonly many?: boolean;
}

const CROPS = { BOX: 'the box given for it', DETECT: 'every face found', WHOLE: 'the whole image' } as const;

export function ScoringFields({ choice, onChange, many = true }: ScoringFieldsProps) {
  const { data, error, refetch } = useQuery(ModelChoices, { project: session.get().project });
  const models = data?.models.edges.map(({ node }) => node).filter(({ production }) => production) ?? [];
  const first = models[0]?.name;
  useEffect(() => {
    if (first) onChange((before) => (before.model === '' ? { ...before, model: first } : before));
  }, [first]);
  const card = models.find(({ name }) => name === choice.model)?.production;
  return (
    <>
      <label>
        Model
        <select
          value={choice.model}
          onChange={({ currentTarget: { value } }) => onChange((before) => ({ ...before, model: value }))}
        >
          {models.map(({ id, name, production }) => (
            <option key={id} value={name}>
              {name} {production!.version}, {production!.points} {production!.points === 1 ? 'point' : 'points'}
            </option>
          ))}
        </select>
      </label>
      <label>
        Of each image, look at
        <select
          value={choice.crop ?? ''}
          onChange={({ currentTarget: { value } }) =>
            onChange((before) => ({ ...before, crop: value === '' ? null : (value as keyof typeof CROPS) }))
          }
        >
          <option value="">{card ? `as the model does: ${CROPS[card.crop]}` : 'as the model does'}</option>
          {Object.entries(CROPS).map(([rule, words]) => (
            <option key={rule} value={rule}>
              {words}
            </option>
          ))}
        </select>
      </label>
      {many && (
        <label>
          Failures allowed, %
          <input
            type="number"
            min={0}
            max={100}
            step="any"
            value={choice.errorThreshold * 100}
            onInput={({ currentTarget: { value } }) =>
              onChange((before) => ({ ...before, errorThreshold: Number(value) / 100 }))
            }
          />
        </label>
      )}
      <Failure error={error} retry={refetch} />
      {data && models.length === 0 && <p class="note">There is no model yet: train one, or import one.</p>}
    </>
  );
}
