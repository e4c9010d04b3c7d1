import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { augmentationStepSchema } from '../../../training/augment/steps.ts';
import { RECIPES, withOverrides } from '../../../training/recipes/index.ts';
import { recipeSchema } from '../../../training/recipes/schema.ts';
import type { JsonSchema } from '../../../web/training/jsonSchema.ts';
import {
  type Draft,
  draftOf,
  fieldsOf,
  overridesOf,
  problemsOf,
  type RecipeSource,
  withOrder,
  withStep,
  withVariant,
} from '../../../web/training/recipeDraft.ts';

const schema = z.toJSONSchema(recipeSchema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
const KINDS = augmentationStepSchema.options.map(({ shape }) => shape.kind.value);

function recipe(name: string): RecipeSource {
  return { value: RECIPES[name], schema };
}

function typing(draft: Draft, typed: Draft['typed']): Draft {
  return { ...draft, typed: { ...draft.typed, ...typed } };
}

/** As the API makes it of what the form sends. */
function augmentationOf(name: string, draft: Draft) {
  return withOverrides(RECIPES[name]!, overridesOf(recipe(name), draft)).augmentation;
}

function paths(source: RecipeSource, draft: Draft, of: string): string[] {
  return fieldsOf(source, draft)
    .map(({ path }) => path)
    .filter((path) => path.startsWith(`${of}.`));
}

describe('the steps of the augmentation', () => {
  test('are fields of their own: all that the schema knows of each kind, what may be left out too', () => {
    const resnet = recipe('resnet18');
    expect(paths(resnet, draftOf(resnet), 'augmentation.0')).toEqual(
      ['kind', 'degrees', 'sigma', 'probability'].map((name) => `augmentation.0.${name}`),
    );
    const [list] = fieldsOf(resnet, draftOf(resnet)).filter(({ kind }) => kind === 'steps');
    expect(list).toMatchObject({ path: 'augmentation', choices: KINDS });
  });

  test('are sent one value at a time where only values differ', () => {
    const draft = typing(draftOf(recipe('resnet18')), { 'augmentation.0.degrees': '20' });
    expect(overridesOf(recipe('resnet18'), draft)).toEqual({ 'augmentation.0.degrees': 20 });
    expect(augmentationOf('resnet18', draft)[0]).toEqual({ kind: 'rotate', degrees: 20, probability: 1 });
  });

  test('are sent whole where they have a field more, or fewer again', () => {
    const draft = typing(draftOf(recipe('resnet18')), { 'augmentation.0.sigma': '7' });
    expect(overridesOf(recipe('resnet18'), draft)).toEqual({
      'augmentation.0': { ...RECIPES.resnet18!.augmentation[0], sigma: 7 },
    });
    expect(augmentationOf('resnet18', draft)[0]).toMatchObject({ sigma: 7 });
    const without = typing(draftOf(recipe('face68')), { 'augmentation.1.sigma': '' });
    expect(augmentationOf('face68', without)[1]).toEqual({ kind: 'rotate', degrees: 46, probability: 1 });
  });

  test('say at both ends where a range ends before it begins', () => {
    const face = recipe('face68');
    const scale = RECIPES.face68!.augmentation.findIndex(({ kind }) => kind === 'scale');
    const at = (name: string) => `augmentation.${scale}.${name}`;
    const problems = (typed: Draft['typed']) => {
      const draft = typing(draftOf(face), typed);
      return Object.fromEntries(problemsOf(fieldsOf(face, draft), draft));
    };
    expect(problems({ [at('min')]: '1.3', [at('max')]: '1.2' })).toEqual({
      [at('min')]: 'Expected at most max, 1.2, got 1.3',
      [at('max')]: 'Expected at least min, 1.3, got 1.2',
    });
    expect(problems({ [at('min')]: '1.2', [at('max')]: '1.2' })).toEqual({});
    expect(problems({ [at('min')]: '1.3', [at('max')]: '' })).toEqual({
      [at('max')]: 'Expected a number above 0, got nothing',
    });
    expect(problems({ [at('min')]: '1.3', [at('max')]: '-1' })).toMatchObject({
      [at('max')]: 'Expected a number above 0, got "-1"',
    });
  });

  test('become another kind, keeping what fits and asking for the rest', () => {
    const face = recipe('face68');
    const contrast = withVariant(face, draftOf(face), 'augmentation.4', 'contrast');
    expect(overridesOf(face, contrast)).toEqual({ 'augmentation.4.kind': 'contrast' });
    const colour = withVariant(face, draftOf(face), 'augmentation.4', 'colour');
    expect([...problemsOf(fieldsOf(face, colour), colour).keys()]).toEqual(['augmentation.4.degrees']);
    const full = typing(colour, { 'augmentation.4.degrees': '12' });
    expect(augmentationOf('face68', full)[4]).toEqual({ kind: 'colour', degrees: 12, probability: 1 });
    expect(overridesOf(face, withVariant(face, colour, 'augmentation.4', 'brightness'))).toEqual({});
  });

  test('keep what was typed where the other kind has such a field', () => {
    const face = recipe('face68');
    const typed = typing(draftOf(face), { 'augmentation.4.min': '0.7' });
    expect(augmentationOf('face68', withVariant(face, typed, 'augmentation.4', 'contrast'))[4]).toMatchObject({
      kind: 'contrast',
      min: 0.7,
    });
  });

  test.each(KINDS)('%s can be added to a recipe that has none', (kind) => {
    const nose = recipe('nose');
    const added = withStep(nose, draftOf(nose), 'augmentation', kind);
    const asked = [...problemsOf(fieldsOf(nose, added), added).keys()];
    const full = typing(added, Object.fromEntries(asked.map((path) => [path, '0.5'])));
    expect(augmentationOf('nose', full)).toEqual([expect.objectContaining({ kind })]);
  });

  test('are put in another order and taken away, with what was typed in them', () => {
    const face = recipe('face68');
    const typed = typing(draftOf(face), { 'augmentation.0.min': '0.9', 'augmentation.2.sigma': '0.1', epochs: '2' });
    const moved = withOrder(typed, 'augmentation', [2, 0, 1]);
    expect(overridesOf(face, moved)).toEqual({
      epochs: 2,
      augmentation: [
        { kind: 'shift', sigma: 0.1, probability: 1 },
        { kind: 'scale', min: 0.9, max: 1.22, probability: 1 },
        { kind: 'rotate', degrees: 46, sigma: 17, probability: 1 },
      ],
    });
    expect(augmentationOf('face68', withOrder(moved, 'augmentation', []))).toEqual([]);
  });
});
