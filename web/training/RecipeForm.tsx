import { fieldText, parseField, type RecipeField } from './recipeFields.ts';

export interface RecipeFormProps {
  readonly fields: readonly RecipeField[];
  /** What was typed, by path; absent: as the recipe has it. */
  readonly typed: Readonly<Record<string, string>>;
  readonly onType: (path: string, text: string) => void;
  /** A part is to be another variant. */
  readonly onVariant: (part: string, label: unknown) => void;
}

/** One fieldset for each part of the recipe. */
export function RecipeForm({ fields, typed, onType, onVariant }: RecipeFormProps) {
  const parts = Map.groupBy(fields, ({ path }) => (path.includes('.') ? path.split('.')[0]! : 'run'));
  return (
    <div class="recipe">
      {[...parts].map(([part, within]) => (
        <fieldset key={part}>
          <legend>{part}</legend>
          {within.map((field) => (
            // biome-ignore lint/a11y/noLabelWithoutControl: FieldInput is its control
            <label key={field.path}>
              {field.path.split('.').slice(-1)[0]}
              <FieldInput
                field={field}
                text={typed[field.path] ?? fieldText(field.value)}
                onType={(text) =>
                  field.variantOf === null
                    ? onType(field.path, text)
                    : onVariant(field.variantOf, parseField(field, text))
                }
              />
            </label>
          ))}
        </fieldset>
      ))}
    </div>
  );
}

interface FieldInputProps {
  readonly field: RecipeField;
  readonly text: string;
  readonly onType: (text: string) => void;
}

function FieldInput({ field, text, onType }: FieldInputProps) {
  const { kind, value, choices, fixed, nullable, minimum, maximum } = field;
  if (kind === 'choice' || kind === 'boolean') {
    return (
      <select value={text} disabled={fixed} onChange={(event) => onType(event.currentTarget.value)}>
        {nullable && <option value="">none</option>}
        {(kind === 'boolean' ? [true, false] : choices).map((choice) => (
          <option key={String(choice)} value={String(choice)}>
            {String(choice)}
          </option>
        ))}
      </select>
    );
  }
  const common = {
    value: text,
    readOnly: fixed,
    required: !nullable && kind !== 'text',
    ...(nullable ? { placeholder: 'none' } : value === undefined ? { placeholder: 'needed' } : {}),
    onInput: (event: { readonly currentTarget: HTMLInputElement }) => onType(event.currentTarget.value),
  };
  if (kind !== 'number' && kind !== 'integer') return <input type="text" {...common} />;
  const range = { ...(minimum === null ? {} : { min: minimum }), ...(maximum === null ? {} : { max: maximum }) };
  return <input type="number" step={kind === 'integer' ? 1 : 'any'} {...range} {...common} />;
}
