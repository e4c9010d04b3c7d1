import { nose } from './nose.ts';
import { type Recipe, recipeSchema } from './schema.ts';

/**
 * The network of `nose`, beside it and not instead of it: photos that are moved, turned, sized and lit a little
 * differently each time teach it to look for the nose, where 25 epochs of the same few photos teach it those.
 */
export const noseAugmented: Recipe = recipeSchema.parse({
  ...nose,
  name: 'nose-augmented',
  description: 'Nose of a frontal face in a whole grey image; the network of nose, photos varied a little',
  augmentation: [
    { kind: 'scale', min: 0.9, max: 1.1 },
    { kind: 'rotate', degrees: 5 },
    { kind: 'shift', sigma: 0.04 },
    { kind: 'brightness', min: 0.8, max: 1.2 },
    { kind: 'contrast', min: 0.8, max: 1.2 },
  ],
  schedule: { name: 'cosine' },
  ema: 0.998,
  epochs: 100,
  sweep: null,
});
