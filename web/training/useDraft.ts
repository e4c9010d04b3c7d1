import { useMemo, useState } from 'preact/hooks';
import type { RecipeFormProps } from './RecipeForm.tsx';
import {
  type Draft,
  draftOf,
  fieldsOf,
  problemsOf,
  type RecipeSource,
  textOf,
  withOrder,
  withStep,
  withVariant,
} from './recipeDraft.ts';

export interface EditedRecipe extends RecipeFormProps {
  readonly draft: Draft;
  /** All there are, told or not. */
  readonly problems: ReadonlyMap<string, string>;
  /** From now on, not only those of fields that were typed in. */
  tellAll(): void;
}

/** A recipe while a person changes it. */
export function useDraft(recipe: RecipeSource): EditedRecipe {
  const [draft, setDraft] = useState(() => draftOf(recipe));
  const [all, setAll] = useState(false);
  const fields = useMemo(() => fieldsOf(recipe, draft), [recipe, draft.value]);
  const problems = useMemo(() => problemsOf(fields, draft), [fields, draft]);
  return {
    draft,
    fields,
    problems,
    tellAll: () => setAll(true),
    textOf: (field) => textOf(field, draft),
    problemOf: ({ path }) => (all || path in draft.typed ? (problems.get(path) ?? null) : null),
    edits: {
      type: (path, text) => setDraft((last) => ({ ...last, typed: { ...last.typed, [path]: text } })),
      vary: (part, label) => setDraft((last) => withVariant(recipe, last, part, label)),
      add: (list, label) => setDraft((last) => withStep(recipe, last, list, label)),
      order: (list, order) => setDraft((last) => withOrder(last, list, order)),
    },
  };
}
