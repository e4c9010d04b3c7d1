import { type Recipe, recipeSchema } from './schema.ts';

/** The reference work's second network: 58 points of a frontal face in a whole grey image. */
export const face58: Recipe = recipeSchema.parse({
  name: 'face58',
  description: '58 points of a frontal face in a whole image; 6 convolutions',
  synthetic: { count: 800, seed: 1 },
  target: { layout: 'imm58', points: 58 },
  split: { by: 'person', test: 0.2 },
  input: { width: 160, height: 120, fit: 'stretch' },
  channels: 1,
  crop: 'whole',
  augmentation: [
    { kind: 'rotate', degrees: 15 },
    { kind: 'colour', degrees: 10 },
    { kind: 'saturation', min: 0.7, max: 1.3 },
    { kind: 'brightness', min: 0.7, max: 1.3 },
  ],
  architecture: { name: 'face58', channels: [12, 20, 32, 40, 48, 64], kernel: 3, hidden: 256 },
  pretrained: null,
  loss: { name: 'mse' },
  optimiser: { name: 'adam', learningRate: 1e-4 },
  schedule: { name: 'constant' },
  ema: null,
  epochs: 60,
  batchSize: 4,
  seed: 1,
  flipTest: false,
});
