/** What is typed into a field of a recipe: the text of a value, what is wrong with a text, and the value of a text. */
import { type JsonSchema, lengthsOf, typeOf } from './jsonSchema.ts';
import type { RecipeField } from './recipeFields.ts';

/** As it stands in its input. */
export function fieldText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) return value.join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Null where the text fits the field. */
export function problemOf(field: RecipeField, text: string): string | null {
  const { kind, schema, choices } = field;
  if (kind === 'steps' || mayBeEmpty(field, text)) return null;
  const wrong = (what: string) => `Expected ${what}, got ${text.trim() === '' ? 'nothing' : `"${text.trim()}"`}`;
  if (kind === 'choice')
    return choices.some((one) => String(one) === text) ? null : wrong(`one of ${choices.join(', ')}`);
  if (kind === 'boolean') return text === 'true' || text === 'false' ? null : wrong('true or false');
  if (kind === 'json') return isJson(text) ? null : wrong('JSON');
  if (kind === 'list') return problemOfList(schema, text);
  return fits(text, schema) ? null : wrong(inWords(schema));
}

/** Undefined: left out. Throws where the text does not fit. */
export function parseField(field: RecipeField, text: string): unknown {
  const problem = problemOf(field, text);
  if (problem !== null) throw new Error(`${field.path}: ${problem}`);
  const { kind, value, choices, nullable, optional, schema } = field;
  if (kind === 'steps') return value;
  if (text.trim() === '' && (nullable || optional)) return nullable ? null : undefined;
  if (kind === 'choice') return choices.find((one) => String(one) === text);
  if (kind === 'boolean') return text === 'true';
  if (kind === 'json') return JSON.parse(text);
  if (kind === 'list') return itemsOf(text).map((item, i) => scalar(item, itemSchema(schema, i)));
  return scalar(text, schema);
}

function mayBeEmpty({ kind, nullable, optional, value }: RecipeField, text: string): boolean {
  return text.trim() === '' && (nullable || optional || (kind === 'text' && value !== undefined));
}

function problemOfList(schema: JsonSchema, text: string): string | null {
  const items = itemsOf(text);
  const { least, most } = lengthsOf(schema);
  if (items.length < least || items.length > most) {
    const many = least === most ? `${least} values` : `${least} or more values`;
    return `Expected ${many} with commas between, got ${items.length}`;
  }
  const wrong = items.findIndex((item, i) => !fits(item, itemSchema(schema, i)));
  if (wrong < 0) return null;
  return `Expected ${inWords(itemSchema(schema, wrong))} as value ${wrong + 1}, got "${items[wrong]}"`;
}

function itemsOf(text: string): string[] {
  return text.trim() === '' ? [] : text.split(',').map((item) => item.trim());
}

function itemSchema({ prefixItems, items }: JsonSchema, index: number): JsonSchema {
  return prefixItems?.[index] ?? (items || {});
}

function isNumeric(schema: JsonSchema): boolean {
  return ['integer', 'number', undefined].includes(typeOf(schema));
}

function scalar(text: string, schema: JsonSchema): unknown {
  return isNumeric(schema) ? Number(text) : text;
}

function fits(text: string, schema: JsonSchema): boolean {
  if (text.trim() === '') return false;
  if (!isNumeric(schema)) return true;
  const number = Number(text);
  const { minimum = -Infinity, exclusiveMinimum = -Infinity, maximum = Infinity, exclusiveMaximum = Infinity } = schema;
  if (!Number.isFinite(number) || (typeOf(schema) === 'integer' && !Number.isSafeInteger(number))) return false;
  return number >= minimum && number > exclusiveMinimum && number <= maximum && number < exclusiveMaximum;
}

/** `a whole number above 0`. Limits that are only those of the machine are not told. */
export function inWords(schema: JsonSchema): string {
  if (!isNumeric(schema)) return 'a text';
  const { minimum, exclusiveMinimum, maximum } = schema;
  const what = typeOf(schema) === 'integer' ? 'a whole number' : 'a number';
  const told = (limit: number | undefined) => limit !== undefined && Math.abs(limit) < Number.MAX_SAFE_INTEGER;
  if (told(minimum) && told(maximum)) return `${what} from ${minimum} to ${maximum}`;
  if (told(minimum)) return `${what} of ${minimum} or more`;
  if (told(exclusiveMinimum)) return `${what} above ${exclusiveMinimum}${told(maximum) ? ` and up to ${maximum}` : ''}`;
  return told(maximum) ? `${what} up to ${maximum}` : what;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
