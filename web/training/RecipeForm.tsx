import { FieldInput } from './FieldInput.tsx';
import { parseField } from './fieldText.ts';
import type { RecipeField } from './recipeFields.ts';
import { StepList } from './StepList.tsx';

/** What becomes of what a person does in it. */
export interface RecipeEdits {
  type(path: string, text: string): void;
  /** A part is to be another variant. */
  vary(part: string, label: unknown): void;
  /** A list is to have a step of this kind more. */
  add(list: string, label: unknown): void;
  /** A list's steps in this order, those not named taken away. */
  order(list: string, order: readonly number[]): void;
}

export interface RecipeFormProps {
  readonly fields: readonly RecipeField[];
  readonly textOf: (field: RecipeField) => string;
  /** What is to be told of a field; null: nothing. */
  readonly problemOf: (field: RecipeField) => string | null;
  readonly edits: RecipeEdits;
}

/** One fieldset for each part of the recipe; below them, across the form, one for each list of steps. */
export function RecipeForm({ fields, ...rest }: RecipeFormProps) {
  const lists = fields.filter(({ kind }) => kind === 'steps');
  const listOf = ({ path }: RecipeField) =>
    lists.find((list) => path === list.path || path.startsWith(`${list.path}.`));
  const plain = fields.filter((field) => !listOf(field));
  const parts = Map.groupBy(plain, ({ path }) => (path.includes('.') ? path.split('.')[0]! : 'run'));
  return (
    <>
      <div class="recipe">
        {[...parts].map(([part, within]) => (
          <fieldset key={part}>
            <legend>{part}</legend>
            <Fields fields={within} {...rest} />
          </fieldset>
        ))}
      </div>
      {lists.map((list) => (
        <fieldset key={list.path}>
          <legend>{list.path}</legend>
          <StepList list={list} fields={fields.filter((field) => listOf(field) === list)} {...rest} />
        </fieldset>
      ))}
    </>
  );
}

export function Fields({ fields, textOf, problemOf, edits }: RecipeFormProps) {
  return (
    <>
      {fields.map((field) => (
        <FieldInput
          key={field.path}
          field={field}
          text={textOf(field)}
          problem={problemOf(field)}
          onType={(text) =>
            field.variantOf === null
              ? edits.type(field.path, text)
              : edits.vary(field.variantOf, parseField(field, text))
          }
        />
      ))}
    </>
  );
}
