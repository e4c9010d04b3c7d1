/**
 * How long the training thread waits for its batches: a recipe's own fit, its augmentation in a thread beside it, on
 * rendered faces. The first steps, which fill the queue, are left out.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createThreadPool } from '../../training/augment/pool.ts';
import { createRng } from '../../training/augment/rng.ts';
import { type BackendName, openBackend } from '../../training/backends/index.ts';
import { Trainer } from '../../training/fit/trainer.ts';
import { buildModel } from '../../training/nn/model.ts';
import { recipeNamed } from '../../training/recipes/index.ts';
import type { Recipe } from '../../training/recipes/schema.ts';
import { loadTrainingData } from '../../training/session/data.ts';
import { batchSource } from '../../training/session/fitRecipe.ts';
import { networkOf } from '../../training/session/network.ts';
import { writeSyntheticSet } from '../../training/synthetic/writeSyntheticSet.ts';
import { median } from './process.ts';

const FACES = 96;
const FILLING = 4;

export interface Waiting {
  readonly recipe: string;
  readonly backend: string;
  readonly steps: number;
  readonly medianStepMs: number;
  readonly medianWaitMs: number;
  /** Of all the time. */
  readonly waitShare: number;
}

export async function measureWaiting(name: string, backendName: BackendName, steps: number): Promise<Waiting> {
  const recipe: Recipe = { ...recipeNamed(name), split: { by: 'person', test: 0.1 } };
  const folder = await mkdtemp(join(tmpdir(), 'fiducial-waiting-'));
  const pool = createThreadPool(1);
  try {
    const layout = recipe.target.layout === 'imm58' ? 'imm58' : 'ibug68';
    await writeSyntheticSet(folder, FACES, 1, { layout });
    const data = await loadTrainingData(recipe, { paths: [folder], cacheFolder: null });
    const { tf, name: backend } = await openBackend(backendName);
    const model = buildModel(tf, networkOf(recipe), { rng: createRng(1) });
    const trainer = new Trainer(tf, model, { loss: recipe.loss, optimiser: recipe.optimiser, ema: recipe.ema });
    const source = batchSource(recipe, data, pool);
    const [waits, works]: [number[], number[]] = [[], []];
    for (let epoch = 0; works.length < steps + FILLING; epoch++) {
      const iterator = source.epoch(epoch, 0)[Symbol.asyncIterator]();
      while (works.length < steps + FILLING) {
        const asked = performance.now();
        const { value, done } = await iterator.next();
        const got = performance.now();
        if (done) break;
        trainer.step(value, recipe.optimiser.learningRate);
        waits.push(got - asked);
        works.push(performance.now() - got);
      }
    }
    const [wait, work] = [waits.slice(FILLING), works.slice(FILLING)];
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    return {
      ...{ recipe: name, backend, steps, medianStepMs: median(work), medianWaitMs: median(wait) },
      waitShare: sum(wait) / (sum(wait) + sum(work)),
    };
  } finally {
    await pool.close();
    await rm(folder, { recursive: true, force: true });
  }
}
