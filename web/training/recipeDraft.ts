/** A recipe as a person is changing it: other variants of its parts, other values of its fields. Pure. */
import { isRecord, type JsonSchema, startOf, variantFor } from './jsonSchema.ts';
import { changed } from './overrides.ts';
import { parseField, type RecipeField, recipeFields } from './recipeFields.ts';

export interface Draft {
  /** Parts that are another variant than the recipe's, by path: what they begin with. */
  readonly parts: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** What was typed, by path; absent: as the recipe or the variant has it. */
  readonly typed: Readonly<Record<string, string>>;
}

export const NOTHING_CHANGED: Draft = { parts: {}, typed: {} };

export interface RecipeSource {
  readonly value: unknown;
  readonly schema: JsonSchema;
}

/** The fields that the form shows for it. */
export function fieldsOf({ value, schema }: RecipeSource, { parts }: Draft): RecipeField[] {
  return recipeFields(withParts(value, parts), schema);
}

/** The part at this path becomes another variant; what was typed in it is forgotten. */
export function withVariant(recipe: RecipeSource, draft: Draft, path: string, label: unknown): Draft {
  const { [path]: _, ...others } = draft.parts;
  const typed = Object.fromEntries(Object.entries(draft.typed).filter(([field]) => !field.startsWith(`${path}.`)));
  const own = path.split('.').reduce<unknown>((at, name) => (isRecord(at) ? at[name] : undefined), recipe.value);
  if (isRecord(own) && Object.values(own).includes(label)) return { parts: others, typed };
  const start = startOf(schemaAt(recipe, path), label, own);
  return { parts: { ...others, [path]: start }, typed };
}

/** As `--set` takes them: a part of another variant whole, other fields one by one. Throws where a text does not fit. */
export function overridesOf(recipe: RecipeSource, draft: Draft): Record<string, unknown> {
  const parsed = (field: RecipeField) => {
    const text = draft.typed[field.path] ?? (field.value === undefined ? '' : null);
    return text === null ? field.value : parseField(field, text);
  };
  const fields = fieldsOf(recipe, draft);
  const partOf = ({ path }: RecipeField) => Object.keys(draft.parts).find((part) => path.startsWith(`${part}.`));
  const own = Object.fromEntries(recipeFields(recipe.value, recipe.schema).map(({ path, value }) => [path, value]));
  const plain = fields.filter((field) => partOf(field) === undefined).map((field) => [field.path, parsed(field)]);
  const whole = Object.keys(draft.parts).map((part) => {
    const within = fields.filter((field) => partOf(field) === part);
    return [part, Object.fromEntries(within.map((field) => [field.path.slice(part.length + 1), parsed(field)]))];
  });
  return { ...changed(own, Object.fromEntries(plain)), ...Object.fromEntries(whole) };
}

function withParts(value: unknown, parts: Draft['parts']): unknown {
  return Object.entries(parts).reduce<unknown>((at, [path, part]) => replaced(at, path.split('.'), part), value);
}

function replaced(value: unknown, [head, ...rest]: readonly string[], part: unknown): unknown {
  if (head === undefined) return part;
  return isRecord(value) ? { ...value, [head]: replaced(value[head], rest, part) } : value;
}

function schemaAt({ value, schema }: RecipeSource, path: string): JsonSchema {
  let [at, within]: [unknown, JsonSchema] = [value, schema];
  for (const name of path.split('.')) {
    within = variantFor(at, within).properties?.[name] ?? {};
    at = isRecord(at) ? at[name] : undefined;
  }
  return within;
}
