/** The recipes that ship, and overrides of their fields. */
import { FiducialError } from '../../domain/errors.ts';
import { reversedRange } from '../augment/steps.ts';
import { face58 } from './face58.ts';
import { face68 } from './face68.ts';
import { nose } from './nose.ts';
import { noseAugmented } from './noseAugmented.ts';
import { resnet18 } from './resnet18.ts';
import { type Recipe, recipeSchema } from './schema.ts';

export const RECIPES: Readonly<Record<string, Recipe>> = {
  nose,
  face58,
  resnet18,
  face68,
  'nose-augmented': noseAugmented,
};

/** `optimiser.learningRate` -> value. */
export type Overrides = Readonly<Record<string, unknown>>;

/** Throws INVALID_INPUT on a name that no recipe has. */
export function recipeNamed(name: string): Recipe {
  const recipe = Object.hasOwn(RECIPES, name) ? RECIPES[name] : undefined;
  if (!recipe) {
    throw new FiducialError(
      'INVALID_INPUT',
      `Expected a recipe (${Object.keys(RECIPES).join(', ')}), got ${JSON.stringify(name)}`,
    );
  }
  return recipe;
}

/** `key=value`; the value is JSON where it parses as such, otherwise text. Throws INVALID_INPUT without `=`. */
export function parseAssignment(text: string): [key: string, value: unknown] {
  const at = text.indexOf('=');
  if (at <= 0) throw new FiducialError('INVALID_INPUT', `Expected KEY=VALUE, got ${JSON.stringify(text)}`);
  return [text.slice(0, at), parseValue(text.slice(at + 1))];
}

/** `key=a,b,c` of a sweep's grid. */
export function parseGrid(text: string): [key: string, values: unknown[]] {
  const [key, value] = parseAssignment(text);
  return [key, typeof value === 'string' ? value.split(',').map(parseValue) : [value].flat()];
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Throws INVALID_INPUT where a key names no field, or the result is no recipe. */
export function withOverrides(recipe: Recipe, overrides: Overrides): Recipe {
  const changed = structuredClone(recipe) as unknown;
  for (const [key, value] of Object.entries(overrides)) assign(changed, key.split('.'), value, key);
  const parsed = recipeSchema.safeParse(changed);
  if (parsed.success) return consistent(parsed.data);
  const { path, message } = parsed.error.issues[0]!;
  const field = String(path[0] ?? 'the recipe');
  throw new FiducialError(
    'INVALID_INPUT',
    `Recipe ${recipe.name}: ${path.join('.')}: ${message}; to exchange all of ${field}, give it as JSON: --set '${field}={...}'`,
  );
}

/** What fields ask of each other. */
function consistent(recipe: Recipe): Recipe {
  const { name, augmentation, split } = recipe;
  const reversed = reversedRange(augmentation);
  if (reversed) {
    throw new FiducialError('INVALID_INPUT', `Recipe ${name}: augmentation.${reversed.path}: ${reversed.message}`);
  }
  if (split.by === 'fold' && split.fold >= split.folds) {
    const message = `Expected a fold from 0 to ${split.folds - 1}, got ${split.fold}`;
    throw new FiducialError('INVALID_INPUT', `Recipe ${name}: split.fold: ${message}`);
  }
  return recipe;
}

function assign(target: unknown, path: readonly string[], value: unknown, key: string): void {
  const [head, ...rest] = path as [string, ...string[]];
  if (typeof target !== 'object' || target === null || !Object.hasOwn(target, head)) {
    const known = typeof target === 'object' && target !== null ? Object.keys(target).join(', ') : 'nothing';
    throw new FiducialError(
      'INVALID_INPUT',
      `Expected a field of the recipe, got ${key}; at ${head} there are: ${known}`,
    );
  }
  const record = target as Record<string, unknown>;
  if (rest.length === 0) record[head] = value;
  else assign(record[head], rest, value, key);
}

/** Every combination of a grid, in order, the last key fastest. */
export function gridOf(grid: Readonly<Record<string, readonly unknown[]>>): Overrides[] {
  let combinations: Record<string, unknown>[] = [{}];
  for (const [key, values] of Object.entries(grid)) {
    combinations = combinations.flatMap((partial) => values.map((value) => ({ ...partial, [key]: value })));
  }
  return combinations;
}
