/**
 * The form of a recipe, made from the recipe's own value and its JSON Schema: a field a leaf, with what it may be. A
 * field that appears in the schema tomorrow is in the form tomorrow.
 */
import { alternativesOf, isRecord, type JsonSchema, typeOf, variantFor, variantsOf } from './jsonSchema.ts';

export type FieldKind = 'number' | 'integer' | 'boolean' | 'text' | 'choice' | 'list' | 'json';

export interface RecipeField {
  /** `optimiser.learningRate`. */
  readonly path: string;
  readonly kind: FieldKind;
  /** Undefined: of a variant that was chosen here, and has no value of its own yet. */
  readonly value: unknown;
  /** Of `choice`. */
  readonly choices: readonly unknown[];
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly nullable: boolean;
  /** It can be one thing only. */
  readonly fixed: boolean;
  /** Path of the part whose variant this field names: another choice gives the part other fields. Null: a plain field. */
  readonly variantOf: string | null;
}

/** What `fiducial sweep` and people change elsewhere. */
const NOT_IN_FORM: ReadonlySet<string> = new Set(['name', 'description', 'sweep']);

export function recipeFields(value: unknown, schema: JsonSchema): RecipeField[] {
  return fieldsAt(value, schema, '').filter(({ path }) => !NOT_IN_FORM.has(path.split('.')[0]!));
}

function fieldsAt(value: unknown, schema: JsonSchema, path: string): RecipeField[] {
  const variant = variantFor(value, schema);
  if (!isRecord(value)) return [leaf(value, variant, schema, path)];
  const variants = variantsOf(schema);
  return Object.entries(value).flatMap(([name, inner]) => {
    const at = path ? `${path}.${name}` : name;
    if (variants?.discriminator === name) return [choiceOf(inner, variants.labels, at, path)];
    return fieldsAt(inner, variant.properties?.[name] ?? {}, at);
  });
}

function choiceOf(value: unknown, choices: readonly unknown[], path: string, part: string): RecipeField {
  const bare = { minimum: null, maximum: null, nullable: false };
  return { path, kind: 'choice', value, choices, ...bare, fixed: choices.length < 2, variantOf: part };
}

function leaf(value: unknown, variant: JsonSchema, whole: JsonSchema, path: string): RecipeField {
  const alternatives = alternativesOf(whole);
  const constants = alternatives.map((one) => one.const).filter((one) => one !== undefined);
  const nullable = alternatives.some(({ type }) => type === 'null');
  const known = value === null ? (alternatives.find(({ type }) => type !== 'null') ?? variant) : variant;
  const choices = known.enum ?? constants;
  return {
    path,
    value,
    kind: choices.length > 1 ? 'choice' : kindOf(value, known),
    choices,
    minimum: known.minimum ?? known.exclusiveMinimum ?? null,
    maximum: known.maximum ?? null,
    nullable,
    fixed: known.const !== undefined && constants.length < 2,
    variantOf: null,
  };
}

function kindOf(value: unknown, schema: JsonSchema): FieldKind {
  const type = typeOf(schema);
  if (type === 'integer' || type === 'number' || type === 'boolean') return type;
  if (typeof value === 'number' || typeof value === 'boolean') return typeof value as 'number' | 'boolean';
  if (type === 'string' || typeof value === 'string') return 'text';
  if (value === undefined) return type === 'array' ? 'list' : 'json';
  return Array.isArray(value) && value.every((one) => !isRecord(one)) && value.length > 0 ? 'list' : 'json';
}

/** From what was typed. Throws where it is not of the field's kind. */
export function parseField({ kind, choices, nullable, path, value }: RecipeField, text: string): unknown {
  if (nullable && text.trim() === '') return null;
  if (kind === 'choice') return choices.find((one) => String(one) === text);
  if (kind === 'boolean') return text === 'true';
  if (kind === 'text') return text;
  if (text.trim() === '' && value === undefined) throw new Error(`Expected a value in ${path}, got nothing`);
  if (kind === 'list' && text.trim() === '[]') return [];
  if (kind === 'list') return text.split(',').map(parseScalar);
  if (kind === 'json') return JSON.parse(text);
  const number = Number(text);
  if (text.trim() !== '' && Number.isFinite(number)) return number;
  throw new Error(`Expected a number in ${path}, got "${text}"`);
}

function parseScalar(text: string): unknown {
  const trimmed = text.trim();
  return trimmed !== '' && Number.isFinite(Number(trimmed)) ? Number(trimmed) : trimmed;
}

/** As it stands in its input. */
export function fieldText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value) && value.length > 0 && value.every((one) => typeof one !== 'object'))
    return value.join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
