import { describe, expect, test } from 'vitest';
import {
  gridOf,
  parseAssignment,
  parseGrid,
  RECIPES,
  recipeNamed,
  withOverrides,
} from '../../training/recipes/index.ts';
import { recipeSchema } from '../../training/recipes/schema.ts';

describe('recipes', () => {
  test('are values that survive being written down', () => {
    for (const recipe of Object.values(RECIPES))
      expect(recipeSchema.parse(JSON.parse(JSON.stringify(recipe)))).toEqual(recipe);
  });

  test('the three of the reference work are as it has them', () => {
    expect(RECIPES.nose).toMatchObject({
      input: { width: 80, height: 60 },
      architecture: { channels: [12, 20, 32], kernel: 3 },
      loss: { name: 'mse' },
      optimiser: { name: 'adam', learningRate: 1e-3 },
      batchSize: 4,
      augmentation: [],
    });
    expect(RECIPES.face58).toMatchObject({
      input: { width: 160, height: 120 },
      architecture: { channels: [12, 20, 32, 40, 48, 64], hidden: 256 },
      optimiser: { learningRate: 1e-4 },
      batchSize: 4,
    });
    expect(RECIPES.face58!.augmentation[0]).toMatchObject({ kind: 'rotate', degrees: 15 });
    expect(RECIPES.resnet18).toMatchObject({
      input: { width: 224, height: 224 },
      architecture: { hidden: 2048 },
      optimiser: { learningRate: 1e-4 },
    });
  });

  test('what came after the reference work is beside it, with the same network', () => {
    const { augmentation, schedule, ema, epochs, name, description, sweep, ...same } = recipeNamed('nose-augmented');
    expect(recipeNamed('nose')).toMatchObject(same);
    expect(augmentation.length).toBeGreaterThan(0);
    expect(RECIPES.nose!.epochs).toBe(25);
  });

  test('an unknown recipe names the known ones', () => {
    expect(() => recipeNamed('toString')).toThrow(/nose, face58/);
  });
});

describe('overrides', () => {
  test('set nested fields, numbers as numbers', () => {
    const [key, value] = parseAssignment('optimiser.learningRate=1e-4');
    expect(withOverrides(recipeNamed('nose'), { [key]: value }).optimiser.learningRate).toBe(1e-4);
    expect(recipeNamed('nose').optimiser.learningRate).toBe(1e-3);
  });

  test('a field that does not exist, or a value that does not fit, is refused by name', () => {
    expect(() => withOverrides(recipeNamed('nose'), { 'optimiser.lr': 1 })).toThrow(/optimiser\.lr.*learningRate/);
    expect(() => withOverrides(recipeNamed('nose'), { epochs: 0 })).toThrow(/epochs/);
    expect(() => parseAssignment('epochs')).toThrow(/KEY=VALUE/);
  });

  test.each([
    [{ kind: 'scale', min: 1.2, max: 0.8 }, 'min: Expected at most max, 0.8, got 1.2'],
    [{ kind: 'saturation', min: 1, max: 0 }, 'min: Expected at most max, 0, got 1'],
    [{ kind: 'brightness', min: 2, max: 1 }, 'min: Expected at most max, 1, got 2'],
    [{ kind: 'contrast', min: 2, max: 1 }, 'min: Expected at most max, 1, got 2'],
    [{ kind: 'blur', minSigma: 2, maxSigma: 1 }, 'minSigma: Expected at most maxSigma, 1, got 2'],
    [{ kind: 'occlude', min: 0.5, max: 0.2 }, 'min: Expected at most max, 0.2, got 0.5'],
  ])('a range that ends before it begins is refused: %j', (step, message) => {
    const set = (...augmentation: unknown[]) => withOverrides(recipeNamed('nose'), { augmentation });
    expect(() => set({ kind: 'flip' }, step)).toThrow(`Recipe nose: augmentation.1.${message}`);
    const [low, high] = Object.keys(step).slice(1) as [string, string];
    const { [low]: from, [high]: to } = step as unknown as Record<string, number>;
    expect(set({ ...step, [low]: to, [high]: from }).augmentation).toHaveLength(1);
    expect(set({ ...step, [low]: to }).augmentation).toHaveLength(1);
  });

  test('a fold that the folds do not have is refused', () => {
    const set = (fold: number) => withOverrides(recipeNamed('nose'), { split: { by: 'fold', folds: 5, fold } });
    expect(set(4).split).toEqual({ by: 'fold', folds: 5, fold: 4 });
    expect(() => set(5)).toThrow('Recipe nose: split.fold: Expected a fold from 0 to 4, got 5');
  });

  test('a loss or a schedule of another kind comes whole, as JSON', () => {
    const set = (text: string) => withOverrides(recipeNamed('face68'), Object.fromEntries([parseAssignment(text)]));
    expect(set('schedule={"name":"step","afterEpochs":[20,26],"factor":0.1}').schedule).toEqual({
      ...{ name: 'step', warmupSteps: 0, afterEpochs: [20, 26], factor: 0.1 },
    });
    expect(set('loss={"name":"softWing","w1":0.008,"w2":0.08,"epsilon":0.002}').loss).toEqual({
      ...{ name: 'softWing', w1: 0.008, w2: 0.08, epsilon: 0.002, heatmapWeight: 0, heatmapSigma: 1 },
    });
    expect(() => set('schedule.name=step')).toThrow(/schedule\.afterEpochs: .*--set 'schedule=\{\.\.\.\}'/);
    expect(() => set('schedule={"name":"step","afterEpochs":[],"factor":0.1}')).toThrow(/afterEpochs/);
  });

  test('a grid is every combination', () => {
    const grid = Object.fromEntries([
      parseGrid('architecture.kernel=3,5'),
      parseGrid('optimiser.learningRate=1e-3,1e-2'),
    ]);
    expect(gridOf(grid)).toEqual([
      { 'architecture.kernel': 3, 'optimiser.learningRate': 1e-3 },
      { 'architecture.kernel': 3, 'optimiser.learningRate': 1e-2 },
      { 'architecture.kernel': 5, 'optimiser.learningRate': 1e-3 },
      { 'architecture.kernel': 5, 'optimiser.learningRate': 1e-2 },
    ]);
  });
});
