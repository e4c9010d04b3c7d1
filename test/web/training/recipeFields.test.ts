import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { RECIPES, withOverrides } from '../../../training/recipes/index.ts';
import { recipeSchema } from '../../../training/recipes/schema.ts';
import { fieldText, parseField, problemOf } from '../../../web/training/fieldText.ts';
import { gridProblem, parseGrid } from '../../../web/training/grid.ts';
import type { JsonSchema } from '../../../web/training/jsonSchema.ts';
import { assignments, gridText, shortAssignments, variedBy } from '../../../web/training/overrides.ts';
import { draftOf, fieldsOf, overridesOf, problemsOf, withVariant } from '../../../web/training/recipeDraft.ts';
import { recipeFields } from '../../../web/training/recipeFields.ts';

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
      // What is left out is sent with the part that it is of.
      if (value === undefined) continue;
      expect(() => withOverrides(RECIPES[name]!, { [path]: value }), path).not.toThrow();
    }
  });

  test('knows what a field may be', () => {
    expect(field('nose', 'epochs')).toMatchObject({
      kind: 'integer',
      schema: { exclusiveMinimum: 0 },
      nullable: false,
    });
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

  test.each(Object.keys(RECIPES))('no field of %s, nor of any variant of its parts, asks for JSON', (name) => {
    const recipe = { value: RECIPES[name], schema };
    const first = fieldsOf(recipe, draftOf(recipe));
    const variants = first
      .filter(({ variantOf }) => variantOf !== null)
      .flatMap(({ variantOf, choices }) =>
        choices.map((label) => fieldsOf(recipe, withVariant(recipe, draftOf(recipe), variantOf!, label))),
      );
    expect(variants.length).toBeGreaterThan(10);
    const asked = [first, ...variants].flat().filter(({ kind }) => kind === 'json');
    expect(asked.map(({ path }) => path)).toEqual([]);
  });

  test('says which field a text does not fit', () => {
    expect(() => parseField(field('nose', 'optimiser.learningRate'), 'fast')).toThrow(
      'optimiser.learningRate: Expected a number above 0, got "fast"',
    );
  });

  test.each<[recipe: string, path: string, text: string, problem: string | null]>([
    ['nose', 'epochs', '0', 'Expected a whole number above 0, got "0"'],
    ['nose', 'epochs', '1.5', 'Expected a whole number above 0, got "1.5"'],
    ['nose', 'epochs', ' ', 'Expected a whole number above 0, got nothing'],
    ['nose', 'seed', 'x', 'Expected a whole number, got "x"'],
    ['nose', 'ema', '', null],
    ['nose', 'ema', '1.1', 'Expected a number from 0 to 1, got "1.1"'],
    ['nose', 'pretrained', '', null],
    ['nose', 'architecture.channels', '12, 20', 'Expected 3 values with commas between, got 2'],
    ['nose', 'architecture.channels', '12, 20, -1', 'Expected a whole number above 0 as value 3, got "-1"'],
    ['nose', 'input.fill', '0, 0, 255', null],
    ['face68', 'architecture.frozen', '', null],
    ['face68', 'architecture.frozen', 'conv1, layer1', null],
    ['resnet18', 'augmentation.0.degrees', '181', 'Expected a number from 0 to 180, got "181"'],
    ['resnet18', 'augmentation.0.sigma', '', null],
    ['resnet18', 'augmentation.0.sigma', '0', 'Expected a number above 0, got "0"'],
    ['face68', 'augmentation.8.maxSigma', '21', 'Expected a number from 0 to 20, got "21"'],
  ])('%s: %s as "%s": %s', (recipe, path, text, problem) => {
    expect(problemOf(field(recipe, path), text)).toBe(problem);
  });
});

describe('a part of a recipe that becomes another variant', () => {
  const nose = { value: RECIPES.nose, schema };

  test('has the fields of that variant, and what the schema does not say is asked for', () => {
    const draft = withVariant(nose, draftOf(nose), 'loss', 'wing');
    const within = fieldsOf(nose, draft).filter(({ path }) => path.startsWith('loss.'));
    expect(Object.fromEntries(within.map(({ path, value }) => [path, value]))).toMatchObject({
      'loss.name': 'wing',
      'loss.w': undefined,
      'loss.heatmapWeight': 0,
    });
    expect([...problemsOf(fieldsOf(nose, draft), draft)]).toEqual([
      ['loss.w', 'Expected a number above 0, got nothing'],
      ['loss.epsilon', 'Expected a number above 0, got nothing'],
    ]);
    expect(() => overridesOf(nose, draft)).toThrow('loss.w: Expected a number above 0, got nothing');
  });

  test('is sent whole, and is a recipe', () => {
    const wing = withVariant(nose, { ...draftOf(nose), typed: { epochs: '3' } }, 'loss', 'wing');
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
    const draft = withVariant(nose, draftOf(nose), 'architecture', 'face58');
    const within = Object.fromEntries(fieldsOf(nose, draft).map(({ path, value }) => [path, value]));
    expect(within['architecture.kernel']).toBe(3);
    expect(within['architecture.channels']).toBeUndefined();
    const typed = { 'architecture.channels': '12, 20, 32, 40, 48, 64', 'architecture.hidden': '256' };
    expect(overridesOf(nose, { ...draft, typed })).toEqual({
      architecture: { name: 'face58', channels: [12, 20, 32, 40, 48, 64], kernel: 3, hidden: 256 },
    });
  });

  test('is as it was when the first variant is chosen again', () => {
    const other = withVariant(nose, draftOf(nose), 'split', 'hash');
    expect(overridesOf(nose, withVariant(nose, other, 'split', 'person'))).toEqual({});
  });
});

test('only what differs from the recipe is sent', () => {
  const nose = { value: RECIPES.nose, schema };
  expect(overridesOf(nose, { ...draftOf(nose), typed: { epochs: '3', 'architecture.channels': '12,20,32' } })).toEqual({
    epochs: 3,
  });
  expect(assignments({ epochs: 3, pretrained: 'a b' })).toBe('epochs=3, pretrained=a b');
});

test('runs of a sweep are told apart by what its grid varies, in short', () => {
  const grid = { epochs: [3], 'architecture.kernel': [3, 5], 'optimiser.learningRate': [0.001] };
  expect(variedBy(grid)).toEqual(['architecture.kernel']);
  expect(variedBy({ epochs: [3] })).toEqual(['epochs']);
  const own = { epochs: 3, 'architecture.kernel': 5, 'optimiser.name': 'adam', 'loss.name': 'mse' };
  expect(shortAssignments(own, ['architecture.kernel', 'optimiser.name'])).toBe('kernel=5, name=adam');
  expect(gridText(grid)).toBe('epochs=3; architecture.kernel=3,5; optimiser.learningRate=0.001');
  expect(shortAssignments(own, ['optimiser.name', 'loss.name'])).toBe('optimiser.name=adam, loss.name=mse');
});

test('a grid is read as `fiducial sweep --grid` reads it', () => {
  expect(parseGrid('architecture.kernel=3,5,7\noptimiser.name = adam, adamw\n')).toEqual({
    'architecture.kernel': [3, 5, 7],
    'optimiser.name': ['adam', 'adamw'],
  });
  expect(() => parseGrid('kernel')).toThrow('Expected FIELD=VALUE,VALUE,... , got "kernel"');
  expect([gridProblem('kernel'), gridProblem(''), gridProblem('kernel=3,5')]).toEqual([
    'Expected FIELD=VALUE,VALUE,... , got "kernel"',
    null,
    null,
  ]);
});
