/**
 * The form of a recipe, made from the recipe's own value and its JSON Schema: a field a leaf, with what it may be. A
 * field that appears in the schema tomorrow is in the form tomorrow.
 */

export type FieldKind = 'number' | 'integer' | 'boolean' | 'text' | 'choice' | 'list' | 'json';

export interface RecipeField {
  /** `optimiser.learningRate`. */
  readonly path: string;
  readonly kind: FieldKind;
  readonly value: unknown;
  /** Of `choice`. */
  readonly choices: readonly unknown[];
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly nullable: boolean;
  /** It can be one thing only: which variant the fields beside it belong to, and the recipe's name. */
  readonly fixed: boolean;
}

/** JSON Schema (2020-12), the parts that recipes use. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
}

/** What `fiducial sweep` and people change elsewhere. */
const NOT_IN_FORM: ReadonlySet<string> = new Set(['name', 'description', 'sweep']);

export function recipeFields(value: unknown, schema: JsonSchema): RecipeField[] {
  return fieldsAt(value, schema, '').filter(({ path }) => !NOT_IN_FORM.has(path.split('.')[0]!));
}

function fieldsAt(value: unknown, schema: JsonSchema, path: string): RecipeField[] {
  const variant = variantFor(value, schema);
  if (!isRecord(value)) return [leaf(value, variant, schema, path)];
  return Object.entries(value).flatMap(([name, inner]) =>
    fieldsAt(inner, variant.properties?.[name] ?? {}, path ? `${path}.${name}` : name),
  );
}

/** Of alternatives the one that this value is: its constants agree, its properties are there. */
function variantFor(value: unknown, schema: JsonSchema): JsonSchema {
  const alternatives = alternativesOf(schema);
  if (alternatives.length === 0) return schema;
  const fitting = alternatives.map((one) => variantFor(value, one)).filter((one) => fits(value, one));
  return fitting[0] ?? alternatives.find(({ type }) => type !== 'null') ?? schema;
}

function alternativesOf(schema: JsonSchema): readonly JsonSchema[] {
  const { anyOf, oneOf, type } = schema;
  return anyOf ?? oneOf ?? (Array.isArray(type) ? type.map((one: string) => ({ ...schema, type: one })) : []);
}

function fits(value: unknown, schema: JsonSchema): boolean {
  if (schema.const !== undefined) return schema.const === value;
  if (schema.enum) return schema.enum.includes(value);
  if (isRecord(value)) {
    return Object.entries(schema.properties ?? {}).every(
      ([name, inner]) => !(name in value) || fits(value[name], inner),
    );
  }
  if (value === null) return schema.type === 'null';
  if (Array.isArray(value)) return schema.type === 'array';
  return schema.type === typeof value || (schema.type === 'integer' && Number.isInteger(value)) || !schema.type;
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
  };
}

function kindOf(value: unknown, { type }: JsonSchema): FieldKind {
  if (type === 'integer' || type === 'number' || type === 'boolean') return type;
  if (typeof value === 'number' || typeof value === 'boolean') return typeof value as 'number' | 'boolean';
  if (type === 'string' || typeof value === 'string') return 'text';
  return Array.isArray(value) && value.every((one) => !isRecord(one)) && value.length > 0 ? 'list' : 'json';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** From what was typed. Throws where it is not of the field's kind. */
export function parseField({ kind, choices, nullable, path }: RecipeField, text: string): unknown {
  if (nullable && text.trim() === '') return null;
  if (kind === 'choice') return choices.find((one) => String(one) === text);
  if (kind === 'boolean') return text === 'true';
  if (kind === 'text') return text;
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
