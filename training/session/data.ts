/** From a recipe and folders to shared tables of training and evaluation samples. */
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FiducialError } from '../../domain/errors.ts';
import type { CropSpec } from '../../domain/modelCard.ts';
import { createSampleTable, type SampleTable } from '../augment/table.ts';
import { buildCanvases, type CanvasSet } from '../data/canvas.ts';
import { cachedCanvases } from '../data/canvasCache.ts';
import { imageDigests } from '../data/digests.ts';
import { withLayout } from '../data/layout.ts';
import { readDataset } from '../data/readDataset.ts';
import { type Dataset, mergeDatasets, type Sample } from '../data/sample.ts';
import {
  type Part,
  type Split,
  type SplitRecord,
  samplesOf,
  splitByFold,
  splitByHash,
  splitByPerson,
  splitRecord,
} from '../data/split.ts';
import type { Recipe } from '../recipes/schema.ts';
import { writeSyntheticSet } from '../synthetic/writeSyntheticSet.ts';
import { canvasRuleOf } from './network.ts';

export interface PartData {
  readonly samples: readonly Sample[];
  /** Cut as the network sees it, for evaluation. */
  readonly canvases: CanvasSet;
  readonly table: SampleTable;
}

export interface TrainingData {
  readonly datasets: readonly Dataset[];
  /** sha256 by image path. */
  readonly digests: ReadonlyMap<string, string>;
  readonly split: SplitRecord;
  /** What augmentation warps. */
  readonly train: PartData;
  /** Chooses; empty where the split has none. */
  readonly val: PartData | null;
  readonly test: PartData;
}

export interface DataOptions {
  /** Folders or annotation files; empty: the synthetic set. */
  readonly paths: readonly string[];
  /** Where cut-outs are kept between runs; null: nowhere. */
  readonly cacheFolder: string | null;
  readonly signal?: AbortSignal;
  readonly onProgress?: (what: string, done: number, total: number) => void;
}

/** Canvas of augmented crops: so much wider than the crop, so that rotation and shift find pixels there. */
const CANVAS_MARGIN = 1.3;

/** Throws INVALID_DATASET, and INVALID_INPUT where a part of the split is empty. */
export async function loadTrainingData(recipe: Recipe, options: DataOptions): Promise<TrainingData> {
  const datasets = await readAll(recipe, options);
  const samples = withLayout(mergeDatasets(datasets).samples, recipe.target.layout);
  const digests = await imageDigests(samples);
  const split = splitOf(recipe, samples, digests);
  const part = async (name: Part) => {
    const chosen = samplesOf(samples, split, name);
    return chosen.length === 0 ? null : preparePart(recipe, chosen, name, digests, options);
  };
  const [train, val, test] = [await part('train'), await part('val'), await part('test')];
  if (!train || !test) {
    throw new FiducialError(
      'INVALID_INPUT',
      `Expected people for train and for test, got ${samples.length} faces that the split \`${recipe.split.by}\` puts on one side; give more data or another split`,
    );
  }
  return { datasets, digests, split: splitRecord(samples, split, digests), train, val, test };
}

async function readAll(recipe: Recipe, { paths, cacheFolder, signal, onProgress }: DataOptions): Promise<Dataset[]> {
  if (paths.length > 0) return Promise.all(paths.map((path) => readDataset(path)));
  const { layout } = recipe.target;
  const { count, seed } = recipe.synthetic;
  const name = `synthetic-${layout}-${count}-${seed}`;
  const folder = cacheFolder ? join(cacheFolder, name) : await mkdtemp(join(tmpdir(), `fiducial-${name}-`));
  // The manifest is written last: where it is, the set is whole.
  if (existsSync(join(folder, 'images.jsonl'))) return [{ ...(await readDataset(folder)), name: 'synthetic' }];
  await writeSyntheticSet(folder, count, seed, {
    ...(layout === 'imm58' || layout === 'nose1' ? { layout } : {}),
    onProgress: (done, total) => onProgress?.('rendering faces', done, total),
    ...(signal ? { signal } : {}),
  });
  return [{ ...(await readDataset(folder)), name: 'synthetic' }];
}

function splitOf({ split, seed }: Recipe, samples: readonly Sample[], digests: ReadonlyMap<string, string>): Split {
  switch (split.by) {
    case 'fold':
      return splitByFold(samples, { fold: split.fold, folds: split.folds, seed, digests });
    case 'person':
      return splitByPerson(samples, { fraction: split.test, seed, digests });
    case 'hash':
      return splitByHash(samples, { fractions: { train: split.train, val: split.val }, digests });
  }
}

async function preparePart(
  recipe: Recipe,
  samples: readonly Sample[],
  name: Part,
  digests: ReadonlyMap<string, string>,
  { cacheFolder, signal, onProgress }: DataOptions,
): Promise<PartData> {
  const rule = canvasRuleOf(recipe);
  const spec =
    name === 'train' && rule === 'box' && recipe.augmentation.length > 0 ? wider(recipe.input) : recipe.input;
  const build = {
    onProgress: (done: number, total: number) => onProgress?.(`cutting out ${name}`, done, total),
    ...(signal ? { signal } : {}),
  };
  const canvases = cacheFolder
    ? await cachedCanvases(samples, spec, rule, cacheFolder, digests, build)
    : await buildCanvases(samples, spec, rule, build);
  const table = createSampleTable(canvases, { ...recipe.input, channels: 3 }, recipe.target.layout);
  return { samples, canvases, table };
}

function wider(spec: CropSpec): CropSpec {
  const even = (side: number) => Math.round((side * CANVAS_MARGIN) / 2) * 2;
  return { ...spec, width: even(spec.width), height: even(spec.height), margin: spec.margin * CANVAS_MARGIN };
}
