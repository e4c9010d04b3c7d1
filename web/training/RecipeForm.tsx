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

/** One fieldset for each part of the recipe, one across for each list of steps. */
export function RecipeForm({ fields, ...rest }: RecipeFormProps) {
  const parts = Map.groupBy(fields, ({ path }) =>
    path.includes('.') || isSteps(fields, path) ? path.split('.')[0]! : 'run',
  );
  return (
    <div class="recipe">
      {[...parts].map(([part, within]) => {
        const list = within.find(({ kind }) => kind === 'steps');
        const inner = list
          ? within.filter(({ path }) => !path.startsWith(`${list.path}.`) && path !== list.path)
          : within;
        return (
          <fieldset key={part} class={list ? 'across' : undefined}>
            <legend>{part}</legend>
            <Fields fields={inner} {...rest} />
            {list && <StepList list={list} fields={within} {...rest} />}
          </fieldset>
        );
      })}
    </div>
  );
}

function isSteps(fields: readonly RecipeField[], path: string): boolean {
  return fields.some((field) => field.path === path && field.kind === 'steps');
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
