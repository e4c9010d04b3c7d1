/** JSON Schema (2020-12), the parts that recipes use: which alternative a value is, and which others there are. */

export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  /** False: none beyond `prefixItems`. */
  readonly items?: JsonSchema | false;
  readonly prefixItems?: readonly JsonSchema[];
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
  /** The property beside it that it may not be above: the recipes' own word. */
  readonly notAbove?: string;
}

/** The alternatives of a discriminated union of objects. */
export interface Variants {
  /** The property that says which: `name`, `by`. */
  readonly discriminator: string;
  /** What it may be, over all alternatives. */
  readonly labels: readonly unknown[];
}

/** Of alternatives the one that this value is: its constants agree, its properties are there. */
export function variantFor(value: unknown, schema: JsonSchema): JsonSchema {
  const alternatives = alternativesOf(schema);
  if (alternatives.length === 0) return schema;
  const fitting = alternatives.map((one) => variantFor(value, one)).filter((one) => fits(value, one));
  return fitting[0] ?? alternatives.find(({ type }) => type !== 'null') ?? schema;
}

export function alternativesOf(schema: JsonSchema): readonly JsonSchema[] {
  const { anyOf, oneOf, type } = schema;
  return anyOf ?? oneOf ?? (Array.isArray(type) ? type.map((one: string) => ({ ...schema, type: one })) : []);
}

/** Null where the schema is no such union. */
export function variantsOf(schema: JsonSchema): Variants | null {
  const alternatives = alternativesOf(schema).filter(({ properties }) => properties);
  const names = Object.keys(alternatives[0]?.properties ?? {});
  const discriminator = names.find((name) => alternatives.every((one) => labelsIn(one.properties?.[name]).length > 0));
  if (alternatives.length < 2 || discriminator === undefined) return null;
  return { discriminator, labels: alternatives.flatMap((one) => labelsIn(one.properties?.[discriminator])) };
}

/**
 * What a part begins with as this variant: defaults of the schema, and what `before` has under the same name where it
 * fits; the rest is undefined, for a person to say. Throws on a label that no alternative has.
 */
export function startOf(schema: JsonSchema, label: unknown, before: unknown): Record<string, unknown> {
  const variants = variantsOf(schema);
  const chosen = alternativesOf(schema).find(({ properties }) =>
    labelsIn(properties?.[variants?.discriminator ?? '']).includes(label),
  );
  if (!variants || !chosen) throw new Error(`Expected a variant (${variants?.labels.join(', ')}), got ${label}`);
  const old = isRecord(before) ? before : {};
  return Object.fromEntries(
    Object.entries(chosen.properties ?? {}).map(([name, inner]) => {
      if (name === variants.discriminator) return [name, label];
      return [name, old[name] !== undefined && fits(old[name], inner) ? old[name] : inner.default];
    }),
  );
}

/** What each item of a list of objects may be; null where the schema is no such list. */
export function stepsOf(schema: JsonSchema): JsonSchema | null {
  const { items } = schema;
  return items && (variantsOf(items) !== null || items.properties !== undefined) ? items : null;
}

function labelsIn(schema: JsonSchema | undefined): readonly unknown[] {
  return schema?.enum ?? (schema?.const === undefined ? [] : [schema.const]);
}

function fits(value: unknown, schema: JsonSchema): boolean {
  if (schema.const !== undefined) return schema.const === value;
  if (schema.enum) return schema.enum.includes(value);
  if (isRecord(value)) {
    return Object.entries(schema.properties ?? {}).every(
      ([name, inner]) => !(name in value) || value[name] === undefined || fits(value[name], inner),
    );
  }
  if (value === null) return schema.type === 'null';
  if (Array.isArray(value)) return schema.type === 'array' && fitsLength(value.length, schema);
  return schema.type === typeof value || (schema.type === 'integer' && Number.isInteger(value)) || !schema.type;
}

function fitsLength(length: number, schema: JsonSchema): boolean {
  const { least, most } = lengthsOf(schema);
  return length >= least && length <= most;
}

/** How many items a list may have; `most` may be infinite. */
export function lengthsOf({ prefixItems, items, minItems, maxItems }: JsonSchema): { least: number; most: number } {
  const fixed = prefixItems && !items ? prefixItems.length : undefined;
  return { least: minItems ?? fixed ?? 0, most: maxItems ?? fixed ?? Number.POSITIVE_INFINITY };
}

/** Of what is no alternative. */
export function typeOf({ type }: JsonSchema): string | undefined {
  return typeof type === 'string' ? type : undefined;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
