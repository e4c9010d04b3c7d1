import { type Recipe, recipeSchema } from './schema.ts';

/** The reference work's first network: where the nose is, in a whole frontal image. */
export const nose: Recipe = recipeSchema.parse({
  name: 'nose',
  description: 'Nose of a frontal face in a whole grey image; 3 convolutions',
  synthetic: { count: 800, seed: 1 },
  target: { layout: 'nose1', points: 1 },
  split: { by: 'person', test: 0.2 },
  input: { width: 80, height: 60, fit: 'stretch' },
  channels: 1,
  crop: 'whole',
  augmentation: [],
  architecture: { name: 'nose', channels: [12, 20, 32], kernel: 3 },
  pretrained: null,
  loss: { name: 'mse' },
  optimiser: { name: 'adam', learningRate: 1e-3 },
  schedule: { name: 'constant' },
  ema: null,
  epochs: 25,
  batchSize: 4,
  seed: 1,
  flipTest: false,
  sweep: { 'architecture.kernel': [3, 5, 7], 'optimiser.learningRate': [1e-4, 1e-3, 1e-2] },
});
