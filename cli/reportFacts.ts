/** What a report of a training run shows: from its ledger, its model, its data sets and one's own photos. */
import { join } from 'node:path';
import { isFiducialError } from '../domain/errors.ts';
import { modelKeys } from '../domain/keys.ts';
import { readDetectorPackage } from '../inference/detectorPackage.ts';
import type { ModelPackage } from '../inference/package.ts';
import { createPredictor, type Predictor } from '../inference/predictor.ts';
import type { Embedded } from '../storage/embedded/index.ts';
import { splitRecordSchema } from '../training/data/split.ts';
import { listFigures, readEpochs, type TrainingEpoch, type TrainingView } from '../training/ledger/index.ts';
import { readRecord } from '../training/ledger/objects.ts';
import { recipeSchema } from '../training/recipes/schema.ts';
import { type OwnPhoto, ownPictures } from '../training/report/facePictures.ts';
import { madePictures } from '../training/report/madePhotos.ts';
import type { ReportFacts } from '../training/report/report.ts';
import { reportFaces, syntheticTestSamples, testSamples } from '../training/report/testFaces.ts';
import { resolveData } from '../training/worker/datasets.ts';
import { DEFAULT_PROJECT, FOLDERS } from './context.ts';

export interface ReportOptions {
  /** Null where none were given. */
  readonly own: readonly OwnPhoto[] | null;
  /** An empty folder, which must live until the page is made. */
  readonly scratch: string;
  readonly signal: AbortSignal;
}

/** `found`: its model, null until there is one. */
export async function reportFacts(
  embedded: Embedded,
  view: TrainingView,
  found: ModelPackage | null,
  options: ReportOptions,
): Promise<ReportFacts> {
  const { training } = view.job;
  const ledger = { view, epochs: await allEpochs(embedded, training), figures: await pngFigures(embedded, training) };
  if (!found) {
    const missing = 'There is no model to score them with: the run has not finished.';
    return { ...ledger, card: null, tested: { missing }, own: null, made: [] };
  }
  const { own, signal } = options;
  const { card } = found;
  const predictor = await openPredictor(found, own !== null);
  try {
    const tested = await testedFaces(embedded, view, found, predictor, options);
    if (!own) return { ...ledger, card, tested, own: null, made: [] };
    return {
      ...ledger,
      card,
      tested,
      own: await ownPictures(predictor, card, own, signal),
      made: await madePictures(predictor, card, options.scratch, signal),
    };
  } finally {
    await predictor.close();
  }
}

async function openPredictor(found: ModelPackage, detecting: boolean): Promise<Predictor> {
  if (!detecting || found.card.crop === 'whole') return await createPredictor(found);
  return await createPredictor(found, { detector: await readDetectorPackage(join(FOLDERS.shippedModels, 'detector')) });
}

const EPOCHS_A_PAGE = 500;

async function allEpochs({ stores }: Embedded, training: string): Promise<TrainingEpoch[]> {
  const all: TrainingEpoch[] = [];
  for (;;) {
    const last = all.at(-1)?.epoch ?? 0;
    const { epochs, hasNextPage } = await readEpochs(stores, DEFAULT_PROJECT, training, EPOCHS_A_PAGE, last);
    all.push(...epochs);
    if (!hasNextPage) return all;
  }
}

async function pngFigures({ stores }: Embedded, training: string): Promise<Map<string, Buffer>> {
  const names = (await listFigures(stores, DEFAULT_PROJECT, training)).filter((name) => name.endsWith('.png'));
  const prefix = modelKeys.trainingFigures(DEFAULT_PROJECT, training);
  const read = names.map(async (name) => [name, (await stores.models.get(`${prefix}${name}`)).body] as const);
  return new Map(await Promise.all(read));
}

/** A data set that is not here any more costs the page its test faces, not the rest. */
async function testedFaces(
  { stores, folder }: Embedded,
  { job, started }: TrainingView,
  { card }: ModelPackage,
  predictor: Predictor,
  { scratch, signal }: ReportOptions,
): Promise<ReportFacts['tested']> {
  const key = modelKeys.trainingFile(DEFAULT_PROJECT, job.training, 'split.json');
  const split = await readRecord(stores.models, key, splitRecordSchema);
  if (!split || !started) return { missing: 'The run kept no split: which faces were its test is not known.' };
  const data = { store: stores.models, project: DEFAULT_PROJECT, folder: join(folder, 'cache', 'datasets'), signal };
  try {
    const samples =
      job.data.length === 0
        ? await syntheticTestSamples(scratch, recipeSchema.parse(started.recipe), split)
        : await testSamples(await resolveData(job.data, data), split);
    return await reportFaces(predictor, card, samples, signal);
  } catch (error) {
    if (!isFiducialError(error, 'INVALID_DATASET')) throw error;
    return { missing: `The test faces can't be shown: ${error.message}` };
  }
}
