import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { RECIPES, withOverrides } from '../../../training/recipes/index.ts';
import { recipeSchema } from '../../../training/recipes/schema.ts';
import { parseGrid } from '../../../web/training/grid.ts';
import { assignments, changed } from '../../../web/training/overrides.ts';
import { fieldText, type JsonSchema, parseField, recipeFields } from '../../../web/training/recipeFields.ts';

/** As the API gives it. */
const schema = z.toJSONSchema(recipeSchema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;

function field(recipe: string, path: string) {
  return recipeFields(RECIPES[recipe], schema).find((one) => one.path === path)!;
}

describe('the form of a recipe', () => {
  test.each(Object.keys(RECIPES))('%s comes back as it is from the texts in its inputs', (name) => {
    const fields = recipeFields(RECIPES[name], schema);
    expect(fields.length).toBeGreaterThan(20);
    for (const one of fields) expect(parseField(one, fieldText(one.value)), one.path).toEqual(one.value);
  });

  test.each(Object.keys(RECIPES))('every field of %s is one that the recipe lets override', (name) => {
    for (const { path, value } of recipeFields(RECIPES[name], schema)) {
      expect(() => withOverrides(RECIPES[name]!, { [path]: value }), path).not.toThrow();
    }
  });

  test('knows what a field may be', () => {
    expect(field('nose', 'epochs')).toMatchObject({ kind: 'integer', minimum: 0, nullable: false });
    expect(field('nose', 'optimiser.learningRate')).toMatchObject({ kind: 'number', value: 0.001 });
    expect(field('nose', 'optimiser.name')).toMatchObject({ kind: 'choice', choices: ['adam', 'adamw'] });
    expect(field('nose', 'channels')).toMatchObject({ kind: 'choice', choices: [1, 3] });
    expect(field('nose', 'ema')).toMatchObject({ kind: 'number', nullable: true });
    expect(field('nose', 'flipTest')).toMatchObject({ kind: 'boolean' });
    expect(field('nose', 'architecture.channels')).toMatchObject({ kind: 'list', value: [12, 20, 32] });
    expect(field('nose', 'architecture.name')).toMatchObject({ fixed: true });
  });

  test('says which field a text does not fit', () => {
    expect(() => parseField(field('nose', 'optimiser.learningRate'), 'fast')).toThrow(
      'Expected a number in optimiser.learningRate, got "fast"',
    );
  });
});

test('only what differs from the recipe is sent', () => {
  const own = { epochs: 25, 'architecture.channels': [12, 20, 32], seed: 1 };
  expect(changed(own, { epochs: 3, 'architecture.channels': [12, 20, 32] })).toEqual({ epochs: 3 });
  expect(assignments({ epochs: 3, pretrained: 'a b' })).toBe('epochs=3, pretrained=a b');
});

test('a grid is read as `fiducial sweep --grid` reads it', () => {
  expect(parseGrid('architecture.kernel=3,5,7\noptimiser.name = adam, adamw\n')).toEqual({
    'architecture.kernel': [3, 5, 7],
    'optimiser.name': ['adam', 'adamw'],
  });
  expect(() => parseGrid('kernel')).toThrow('Expected FIELD=VALUE,VALUE,... , got "kernel"');
});
