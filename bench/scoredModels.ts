/** What the benchmarks score with: a package that ships, a folder, or an untrained network of the same speed. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { modelCardSchema } from '../domain/modelCard.ts';
import { sha256Of } from '../inference/digest.ts';
import { type ModelPackage, readPackage } from '../inference/package.ts';
import { createRng } from '../training/augment/rng.ts';
import { initialValues } from '../training/nn/init.ts';
import { exportOnnx } from '../training/onnx/export.ts';
import { recipeNamed } from '../training/recipes/index.ts';
import { networkOf } from '../training/session/network.ts';

export async function benchPackage(root: string, name: string): Promise<ModelPackage> {
  for (const folder of [join(root, 'models', name), resolve(name)]) {
    if (existsSync(join(folder, 'card.json'))) return await readPackage(folder);
  }
  return untrained(name);
}

function untrained(name: string): ModelPackage {
  const recipe = recipeNamed(name);
  const graph = networkOf(recipe);
  const bytes = exportOnnx(graph, initialValues(graph, createRng(1)));
  const { width, height } = graph.input;
  const card = modelCardSchema.parse({
    name,
    version: 'untrained',
    sha256: sha256Of(bytes),
    bytes: bytes.length,
    description: 'untrained, for measuring speed',
    layout: recipe.target.layout,
    points: graph.points,
    input: { ...recipe.input, width, height, channels: recipe.channels },
    crop: recipe.crop === 'detect' ? 'box' : recipe.crop,
    codec: 'crop-units',
    recipe: name,
    trainingRun: null,
    data: [],
    licenceNote: '',
    parityError: null,
    metrics: [],
    createdAt: '2026-11-24T00:00:00Z',
  });
  return { card, bytes };
}
