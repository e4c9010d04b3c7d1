import { type Recipe, recipeSchema } from './schema.ts';

/**
 * The network that ships: integral regression (Nibali et al., 2018) over heatmaps of a small feature pyramid on
 * ResNet-18's first three stages, trained with Wing loss (Feng et al., 2018).
 */
export const face68: Recipe = recipeSchema.parse({
  name: 'face68',
  description: '68 points on any photo; ResNet-18 to layer3, feature pyramid, integral regression',
  synthetic: { count: 2000, seed: 1 },
  target: { layout: 'ibug68', points: 68 },
  split: { by: 'hash', train: 0.8, val: 0.1 },
  input: { width: 128, height: 128, fit: 'pad', margin: 1.6 },
  channels: 3,
  crop: 'detect',
  augmentation: [
    { kind: 'scale', min: 0.82, max: 1.22 },
    { kind: 'rotate', sigma: 17, degrees: 46 },
    { kind: 'shift', sigma: 0.05 },
    { kind: 'flip', probability: 0.5, labelShift: 0.0067 },
    { kind: 'brightness', min: 0.6, max: 1.4 },
    { kind: 'contrast', min: 0.6, max: 1.4 },
    { kind: 'saturation', min: 0, max: 1.5 },
    { kind: 'occlude', probability: 0.3, min: 0.125, max: 0.5 },
    { kind: 'blur', minSigma: 0.4, maxSigma: 1, probability: 0.25 },
  ],
  architecture: { name: 'face68', headChannels: [256, 128, 96, 96] },
  pretrained: null,
  loss: { name: 'wing', w: 20 / 256, epsilon: 4 / 256, heatmapWeight: 0.025, heatmapSigma: 1 },
  optimiser: { name: 'adamw', learningRate: 1e-3, weightDecay: 1e-3, pretrainedFactor: 0.5, clipNorm: 5 },
  schedule: { name: 'cosine', warmupSteps: 200 },
  ema: 0.999,
  epochs: 30,
  batchSize: 32,
  seed: 1,
  flipTest: false,
});
