/** A recipe as a person is changing it: other variants of its parts, other steps, other values. Pure. */
import { fieldText, parseField, problemOf } from './fieldText.ts';
import { isRecord, type JsonSchema, startOf, stepsOf, variantFor, variantsOf } from './jsonSchema.ts';
import { type RecipeField, recipeFields } from './recipeFields.ts';
import { differences, valueAt, withValueAt } from './valueTree.ts';

export interface Draft {
  /** The recipe with its parts and steps as they are now; undefined within it: for a person to say. */
  readonly value: unknown;
  /** What was typed, by path; absent: as `value` has it. */
  readonly typed: Readonly<Record<string, string>>;
}

export interface RecipeSource {
  readonly value: unknown;
  readonly schema: JsonSchema;
}

export function draftOf({ value }: RecipeSource): Draft {
  return { value, typed: {} };
}

/** The fields that the form shows for it. */
export function fieldsOf({ schema }: RecipeSource, { value }: Draft): RecipeField[] {
  return recipeFields(value, schema);
}

export function textOf(field: RecipeField, { typed }: Draft): string {
  return typed[field.path] ?? fieldText(field.value);
}

/** What is wrong with it, by path. */
export function problemsOf(fields: readonly RecipeField[], draft: Draft): ReadonlyMap<string, string> {
  const alone = fields.flatMap((field) => {
    const problem = problemOf(field, textOf(field, draft));
    return problem === null ? [] : [[field.path, problem] as const];
  });
  return new Map([...reversedRanges(fields, draft), ...alone]);
}

/** Told at both ends: a person may have changed either. */
function reversedRanges(fields: readonly RecipeField[], draft: Draft): (readonly [path: string, problem: string])[] {
  return fields.flatMap((lower) => {
    const name = lower.schema.notAbove;
    const upper = name && fields.find(({ path }) => path === [...lower.path.split('.').slice(0, -1), name].join('.'));
    if (!upper) return [];
    const [low, high] = [textOf(lower, draft), textOf(upper, draft)];
    if (low.trim() === '' || high.trim() === '' || !(Number(low) > Number(high))) return [];
    return [
      [lower.path, `Expected at most ${name}, ${high}, got ${low}`],
      [upper.path, `Expected at least ${lower.path.split('.').at(-1)}, ${low}, got ${high}`],
    ];
  });
}

/** The part at this path becomes another variant. What was typed in it stays where the variant has such a field. */
export function withVariant(recipe: RecipeSource, draft: Draft, path: string, label: unknown): Draft {
  const schema = schemaAt(recipe, draft.value, path);
  const own = valueAt(recipe.value, path);
  const is = variantsOf(schema)?.discriminator ?? '';
  const back = isRecord(own) && own[is] === label;
  const start = back ? own : startOf(schema, label, valueAt(draft.value, path));
  const within = (field: string) => field.startsWith(`${path}.`);
  const typed = Object.entries(draft.typed).filter(
    ([field]) => !within(field) || (field !== `${path}.${is}` && field.slice(path.length + 1) in start),
  );
  return { value: withValueAt(draft.value, path, start), typed: Object.fromEntries(typed) };
}

/** A step of this kind more, at the end of the list at this path. */
export function withStep(recipe: RecipeSource, draft: Draft, path: string, label: unknown): Draft {
  const steps = valueAt(draft.value, path) as readonly unknown[];
  const schema = stepsOf(schemaAt(recipe, draft.value, path))!;
  return { ...draft, value: withValueAt(draft.value, path, [...steps, startOf(schema, label, null)]) };
}

/** Steps in this order: each the index of one that is there; those not named are taken away. What was typed moves along. */
export function withOrder(draft: Draft, path: string, order: readonly number[]): Draft {
  const steps = valueAt(draft.value, path) as readonly unknown[];
  const typed = Object.entries(draft.typed).flatMap(([field, text]) => {
    if (!field.startsWith(`${path}.`)) return [[field, text]];
    const [index, ...rest] = field.slice(path.length + 1).split('.');
    const now = order.indexOf(Number(index));
    return now < 0 ? [] : [[[path, now, ...rest].join('.'), text]];
  });
  const value = withValueAt(
    draft.value,
    path,
    order.map((index) => steps[index]),
  );
  return { value, typed: Object.fromEntries(typed) };
}

/** As `--set` takes them. Throws where a text does not fit. */
export function overridesOf(recipe: RecipeSource, draft: Draft): Record<string, unknown> {
  const now = fieldsOf(recipe, draft)
    .filter(({ kind }) => kind !== 'steps')
    .reduce<unknown>(
      (value, field) => withValueAt(value, field.path, parseField(field, textOf(field, draft))),
      draft.value,
    );
  return differences(recipe.value, now);
}

function schemaAt({ schema }: RecipeSource, value: unknown, path: string): JsonSchema {
  let [at, within]: [unknown, JsonSchema] = [value, schema];
  for (const name of path.split('.')) {
    const variant = variantFor(at, within);
    within = (Array.isArray(at) ? variant.items || undefined : variant.properties?.[name]) ?? {};
    at = valueAt(at, name);
  }
  return within;
}
