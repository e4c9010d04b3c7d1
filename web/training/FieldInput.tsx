import { inWords } from './fieldText.ts';
import type { RecipeField } from './recipeFields.ts';

export interface FieldInputProps {
  readonly field: RecipeField;
  /** By the last part of its path, where nothing else is said. */
  readonly label?: string;
  readonly text: string;
  /** What is wrong with the text; null: nothing that is to be told. */
  readonly problem: string | null;
  readonly onType: (text: string) => void;
}

/** A field of a recipe with its name above it, and below it what is wrong with it. */
export function FieldInput({ field, label = field.path.split('.').at(-1)!, text, problem, onType }: FieldInputProps) {
  const told = problem === null ? {} : { 'aria-invalid': true, 'aria-describedby': `${field.path}-problem` };
  return (
    <div class="field">
      {/* biome-ignore lint/a11y/noLabelWithoutControl: Control is its control */}
      <label>
        {label}
        <Control field={field} told={told} text={text} onType={onType} />
      </label>
      {problem !== null && (
        <p class="field-problem" id={`${field.path}-problem`}>
          {problem}
        </p>
      )}
    </div>
  );
}

interface ControlProps extends Pick<FieldInputProps, 'field' | 'text' | 'onType'> {
  readonly told: object;
}

function Control({ field, told, text, onType }: ControlProps) {
  const { kind, value, choices, fixed, nullable, optional, schema } = field;
  const type = (event: { readonly currentTarget: { readonly value: string } }) => onType(event.currentTarget.value);
  const none = nullable || optional;
  if (kind === 'choice' || kind === 'boolean') {
    return (
      <select value={text} disabled={fixed} onChange={type} {...told}>
        {(none || text === '') && <option value="">{none ? 'none' : 'choose'}</option>}
        {(kind === 'boolean' ? [true, false] : choices).map((choice) => (
          <option key={String(choice)} value={String(choice)}>
            {String(choice)}
          </option>
        ))}
      </select>
    );
  }
  const placeholder = none || kind === 'list' ? 'none' : value === undefined ? 'needed' : '';
  const common = { value: text, readOnly: fixed, placeholder, 'aria-required': !none, onInput: type, ...told };
  if (kind !== 'number' && kind !== 'integer') return <input type="text" {...common} />;
  const { minimum, exclusiveMinimum = minimum, maximum } = schema;
  const step = kind === 'integer' ? 1 : 'any';
  return <input type="number" step={step} min={exclusiveMinimum} max={maximum} title={inWords(schema)} {...common} />;
}
