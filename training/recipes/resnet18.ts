import { type Recipe, recipeSchema } from './schema.ts';

/** The reference work's third network: ResNet-18 (He et al., 2016) regressing 68 points from a crop at the face box. */
export const resnet18: Recipe = recipeSchema.parse({
  name: 'resnet18',
  description: '68 points by regression; ResNet-18, first three convolutions frozen',
  synthetic: { count: 2000, seed: 1 },
  target: { layout: 'ibug68', points: 68 },
  split: { by: 'hash', train: 0.8, val: 0.1 },
  input: { width: 224, height: 224, fit: 'stretch', margin: 1 },
  channels: 3,
  crop: 'box',
  augmentation: [
    { kind: 'rotate', degrees: 30 },
    { kind: 'colour', degrees: 10 },
    { kind: 'saturation', min: 0.7, max: 1.3 },
    { kind: 'brightness', min: 0.7, max: 1.3 },
    { kind: 'blur', minSigma: 0, maxSigma: 2 },
  ],
  architecture: {
    name: 'resnet18',
    hidden: 2048,
    frozen: ['conv1', 'bn1', 'layer1.0.conv1', 'layer1.0.bn1', 'layer1.0.conv2', 'layer1.0.bn2'],
  },
  pretrained: null,
  loss: { name: 'mse' },
  optimiser: { name: 'adam', learningRate: 1e-4 },
  schedule: { name: 'constant' },
  ema: null,
  epochs: 10,
  batchSize: 4,
  seed: 1,
  flipTest: false,
});
