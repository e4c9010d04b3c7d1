/**
 * The form of a recipe, made from the recipe's own value and its JSON Schema: a field a leaf, with what it may be. A
 * field that appears in the schema tomorrow is in the form tomorrow.
 */
import { alternativesOf, isRecord, type JsonSchema, stepsOf, typeOf, variantFor, variantsOf } from './jsonSchema.ts';

/** `steps`: a list of objects, whose fields follow it. `json`: what the schema says too little about. */
export type FieldKind = 'number' | 'integer' | 'boolean' | 'text' | 'choice' | 'list' | 'steps' | 'json';

export interface RecipeField {
  /** `optimiser.learningRate`; within a list of objects `augmentation.2.degrees`. */
  readonly path: string;
  readonly kind: FieldKind;
  /** Undefined: it has no value yet, or is left out. */
  readonly value: unknown;
  /** Of `choice`; of `steps`: the kinds of step. */
  readonly choices: readonly unknown[];
  /** What a value may be. */
  readonly schema: JsonSchema;
  readonly nullable: boolean;
  /** It may be left out. */
  readonly optional: boolean;
  /** It can be one thing only. */
  readonly fixed: boolean;
  /** Path of the part whose variant this field names: another choice gives the part other fields. Null: a plain field. */
  readonly variantOf: string | null;
}

/** What `fiducial sweep` and people change elsewhere. */
const NOT_IN_FORM: ReadonlySet<string> = new Set(['name', 'description', 'sweep']);

const PLAIN = { choices: [], nullable: false, optional: false, fixed: false, variantOf: null };

export function recipeFields(value: unknown, schema: JsonSchema): RecipeField[] {
  return fieldsAt(value, schema, '', false).filter(({ path }) => !NOT_IN_FORM.has(path.split('.')[0]!));
}

function fieldsAt(value: unknown, schema: JsonSchema, path: string, optional: boolean): RecipeField[] {
  const variant = variantFor(value, schema);
  const steps = stepsOf(variant);
  if (steps) return stepFields(Array.isArray(value) ? value : [], variant, steps, path);
  if (!isRecord(value)) return [leaf(value, variant, schema, path, optional)];
  const variants = variantsOf(schema);
  const properties = variant.properties ?? {};
  const names = [...Object.keys(properties).filter((name) => name in value || mayBeLeftOut(name, variant))];
  const others = Object.keys(value).filter((name) => !(name in properties));
  return [...names, ...others].flatMap((name) => {
    const at = path ? `${path}.${name}` : name;
    if (variants?.discriminator === name) return [choiceOf(value[name], variants.labels, at, path)];
    return fieldsAt(value[name], properties[name] ?? {}, at, mayBeLeftOut(name, variant));
  });
}

/** What has a default is filled in, never left out. */
function mayBeLeftOut(name: string, { properties, required }: JsonSchema): boolean {
  return required !== undefined && !required.includes(name) && properties?.[name]?.default === undefined;
}

function stepFields(value: readonly unknown[], schema: JsonSchema, step: JsonSchema, path: string): RecipeField[] {
  const choices = variantsOf(step)?.labels ?? [];
  return [
    { ...PLAIN, path, kind: 'steps', value, choices, schema },
    ...value.flatMap((one, index) => fieldsAt(one, step, `${path}.${index}`, false)),
  ];
}

function choiceOf(value: unknown, choices: readonly unknown[], path: string, part: string): RecipeField {
  return { ...PLAIN, path, kind: 'choice', value, choices, schema: {}, fixed: choices.length < 2, variantOf: part };
}

function leaf(value: unknown, variant: JsonSchema, whole: JsonSchema, path: string, optional: boolean): RecipeField {
  const alternatives = alternativesOf(whole);
  const constants = alternatives.map((one) => one.const).filter((one) => one !== undefined);
  const nullable = alternatives.some(({ type }) => type === 'null');
  const schema = value === null ? (alternatives.find(({ type }) => type !== 'null') ?? variant) : variant;
  const choices = schema.enum ?? constants;
  const kind = choices.length > 1 ? 'choice' : kindOf(value, schema);
  const fixed = schema.const !== undefined && constants.length < 2;
  return { path, kind, value, choices, schema, nullable, optional, fixed, variantOf: null };
}

function kindOf(value: unknown, schema: JsonSchema): FieldKind {
  const type = typeOf(schema);
  if (type === 'integer' || type === 'number' || type === 'boolean') return type;
  if (type === 'array' && (schema.prefixItems ?? [schema.items]).every(isPlain)) return 'list';
  if (typeof value === 'number' || typeof value === 'boolean') return typeof value as 'number' | 'boolean';
  return type === 'string' || typeof value === 'string' ? 'text' : 'json';
}

function isPlain(schema: JsonSchema | false | undefined): boolean {
  return Boolean(schema) && ['integer', 'number', 'string'].includes(typeOf(schema as JsonSchema) ?? '');
}
