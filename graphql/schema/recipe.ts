/** Recipes: what can be trained. */
import { z } from 'zod';
import { RECIPES } from '../../training/recipes/index.ts';
import { type Recipe, recipeSchema } from '../../training/recipes/schema.ts';
import { builder } from '../builder.ts';

const RecipeRef = builder.objectRef<Recipe>('Recipe').implement({
  description: 'A value that says everything about a training run.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'As `startTraining` names it.' }),
    description: t.exposeString('description', { description: 'In words for people.' }),
    value: t.field({
      type: 'JSON',
      description: 'All its fields; each can be overridden.',
      resolve: (recipe) => recipe,
    }),
    schema: t.field({
      type: 'JSON',
      description: 'What each field may be, as JSON Schema.',
      resolve: () => z.toJSONSchema(recipeSchema, { io: 'input', unrepresentable: 'any' }),
    }),
  }),
});

builder.queryField('recipes', (t) =>
  t.field({
    type: [RecipeRef],
    scope: 'read',
    description: 'The recipes that ship.',
    resolve: () => Object.values(RECIPES),
  }),
);
