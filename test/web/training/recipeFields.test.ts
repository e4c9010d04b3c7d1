import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { RECIPES, withOverrides } from '../../../training/recipes/index.ts';
import { recipeSchema } from '../../../training/recipes/schema.ts';
import { parseGrid } from '../../../web/training/grid.ts';
import type { JsonSchema } from '../../../web/training/jsonSchema.ts';
import { assignments, changed, shortAssignments, variedBy } from '../../../web/training/overrides.ts';
import { fieldsOf, NOTHING_CHANGED, overridesOf, withVariant } from '../../../web/training/recipeDraft.ts';
import { fieldText, parseField, recipeFields } from '../../../web/training/recipeFields.ts';

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
    expect(field('nose', 'architecture.name')).toMatchObject({ kind: 'choice', variantOf: 'architecture' });
    expect(field('nose', 'split.by')).toMatchObject({ kind: 'choice', choices: ['fold', 'person', 'hash'] });
    expect(field('nose', 'loss.name').choices).toEqual(expect.arrayContaining(['mse', 'l1', 'smoothL1', 'wing']));
  });

  test('says which field a text does not fit', () => {
    expect(() => parseField(field('nose', 'optimiser.learningRate'), 'fast')).toThrow(
      'Expected a number in optimiser.learningRate, got "fast"',
    );
  });
});

describe('a part of a recipe that becomes another variant', () => {
  const nose = { value: RECIPES.nose, schema };

  test('has the fields of that variant, and what the schema does not say is asked for', () => {
    const draft = withVariant(nose, NOTHING_CHANGED, 'loss', 'wing');
    const within = fieldsOf(nose, draft).filter(({ path }) => path.startsWith('loss.'));
    expect(Object.fromEntries(within.map(({ path, value }) => [path, value]))).toMatchObject({
      'loss.name': 'wing',
      'loss.w': undefined,
      'loss.heatmapWeight': 0,
    });
    expect(() => overridesOf(nose, draft)).toThrow('Expected a value in loss.w, got nothing');
  });

  test('is sent whole, and is a recipe', () => {
    const wing = withVariant(nose, { ...NOTHING_CHANGED, typed: { epochs: '3' } }, 'loss', 'wing');
    const typed = { ...wing.typed, 'loss.w': '0.1', 'loss.epsilon': '0.02' };
    const draft = withVariant(nose, { ...wing, typed }, 'split', 'fold');
    const full = { ...draft, typed: { ...draft.typed, 'split.folds': '5', 'split.fold': '0' } };
    const overrides = overridesOf(nose, full);
    expect(overrides).toEqual({
      epochs: 3,
      loss: { name: 'wing', w: 0.1, epsilon: 0.02, heatmapWeight: 0, heatmapSigma: 1 },
      split: { by: 'fold', folds: 5, fold: 0 },
    });
    expect(withOverrides(RECIPES.nose!, overrides).loss).toMatchObject({ name: 'wing', w: 0.1 });
  });

  test('keeps what fits it, and leaves what does not to be said', () => {
    const draft = withVariant(nose, NOTHING_CHANGED, 'architecture', 'face58');
    const within = Object.fromEntries(fieldsOf(nose, draft).map(({ path, value }) => [path, value]));
    expect(within['architecture.kernel']).toBe(3);
    expect(within['architecture.channels']).toBeUndefined();
    const typed = { 'architecture.channels': '12, 20, 32, 40, 48, 64', 'architecture.hidden': '256' };
    expect(overridesOf(nose, { ...draft, typed })).toEqual({
      architecture: { name: 'face58', channels: [12, 20, 32, 40, 48, 64], kernel: 3, hidden: 256 },
    });
  });

  test('is as it was when the first variant is chosen again', () => {
    const other = withVariant(nose, NOTHING_CHANGED, 'split', 'hash');
    expect(overridesOf(nose, withVariant(nose, other, 'split', 'person'))).toEqual({});
  });
});

test('only what differs from the recipe is sent', () => {
  const own = { epochs: 25, 'architecture.channels': [12, 20, 32], seed: 1 };
  expect(changed(own, { epochs: 3, 'architecture.channels': [12, 20, 32] })).toEqual({ epochs: 3 });
  expect(assignments({ epochs: 3, pretrained: 'a b' })).toBe('epochs=3, pretrained=a b');
});

test('runs of a sweep are told apart by what its grid varies, in short', () => {
  const grid = { epochs: [3], 'architecture.kernel': [3, 5], 'optimiser.learningRate': [0.001] };
  expect(variedBy(grid)).toEqual(['architecture.kernel']);
  expect(variedBy({ epochs: [3] })).toEqual(['epochs']);
  const own = { epochs: 3, 'architecture.kernel': 5, 'optimiser.name': 'adam', 'loss.name': 'mse' };
  expect(shortAssignments(own, ['architecture.kernel', 'optimiser.name'])).toBe('kernel=5, name=adam');
  expect(shortAssignments(own, ['optimiser.name', 'loss.name'])).toBe('optimiser.name=adam, loss.name=mse');
});

test('a grid is read as `fiducial sweep --grid` reads it', () => {
  expect(parseGrid('architecture.kernel=3,5,7\noptimiser.name = adam, adamw\n')).toEqual({
    'architecture.kernel': [3, 5, 7],
    'optimiser.name': ['adam', 'adamw'],
  });
  expect(() => parseGrid('kernel')).toThrow('Expected FIELD=VALUE,VALUE,... , got "kernel"');
});
