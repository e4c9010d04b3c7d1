/** `fiducial report ID`: a training run as one HTML page. */
import { writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { FiducialError, isFiducialError } from '../../domain/errors.ts';
import { modelKeys } from '../../domain/keys.ts';
import { readDetectorPackage } from '../../inference/detectorPackage.ts';
import type { ModelPackage } from '../../inference/package.ts';
import { createPredictor, type Predictor } from '../../inference/predictor.ts';
import type { Embedded } from '../../storage/embedded/index.ts';
import { splitRecordSchema } from '../../training/data/split.ts';
import {
  listFigures,
  readEpochs,
  readTraining,
  type TrainingEpoch,
  type TrainingView,
} from '../../training/ledger/index.ts';
import { readRecord } from '../../training/ledger/objects.ts';
import { recipeSchema } from '../../training/recipes/schema.ts';
import { ownPictures } from '../../training/report/facePictures.ts';
import { type ReportFacts, reportPage } from '../../training/report/report.ts';
import { type ReportedFace, reportFaces, testSamples, withSyntheticTest } from '../../training/report/testFaces.ts';
import { resolveData } from '../../training/worker/datasets.ts';
import { type CliContext, DEFAULT_PROJECT, FOLDERS } from '../context.ts';
import { listImages } from '../images.ts';
import { openCatalog } from '../local.ts';

interface ReportFlags {
  readonly own?: string;
  readonly out?: string;
}

export function addReportCommand(program: Command, context: CliContext): void {
  program
    .command('report')
    .description('write a training run as one HTML page: curves, errors and what goes with them, pictures')
    .argument('<training>', 'id of the training run')
    .option('--own <dir>', 'own photos, to be shown with what the network finds in them')
    .option('--out <file.html>', 'where it is written; default: report-TRAINING.html')
    .action((training: string, flags: ReportFlags) => report(training, flags, context));
}

async function report(training: string, flags: ReportFlags, context: CliContext): Promise<void> {
  const { config, output } = context;
  const own = flags.own === undefined ? null : await listImages([flags.own]);
  const { catalog, embedded, close } = await openCatalog(config.dataFolder);
  try {
    const view = embedded && (await readTraining(embedded.stores, DEFAULT_PROJECT, training));
    if (!view) throw unknownTraining(training, config.dataFolder);
    const { model } = view.done ?? {};
    const found = model ? await catalog.load(DEFAULT_PROJECT, `${model.name}@${model.version}`) : null;
    if (own && !found) output.note('own photos need a model, and this run has none yet: they are left out');
    const facts = await factsOf(embedded, view, found, own, context);
    const out = resolve(flags.out ?? `report-${training}.html`);
    await writeFile(out, await reportPage(facts));
    const faces = 'length' in facts.tested ? facts.tested.length : 0;
    output.result(
      { training, out, faces, own: facts.own?.length ?? 0 },
      `${basename(out)}: ${faces} test faces; ${out}`,
    );
  } finally {
    await close();
  }
}

function unknownTraining(training: string, folder: string): FiducialError {
  const message = `Expected a training run of the data folder ${folder}, got ${training}; \`fiducial train\` prints the id of each`;
  return new FiducialError('NOT_FOUND', message, { ids: { training } });
}

async function factsOf(
  embedded: Embedded,
  view: TrainingView,
  found: ModelPackage | null,
  own: Awaited<ReturnType<typeof listImages>> | null,
  { output, signal }: CliContext,
): Promise<ReportFacts> {
  const { training } = view.job;
  const predictor = found && (await openPredictor(found, own !== null));
  try {
    if (found) output.note('scoring the test faces and measuring them');
    return {
      view,
      epochs: await allEpochs(embedded, training),
      card: found?.card ?? null,
      figures: await pngFigures(embedded, training),
      tested:
        found && predictor
          ? await testedFaces(embedded, view, found, predictor, signal)
          : { missing: 'There is no model to score them with: the run has not finished.' },
      own: own && found && predictor ? await ownPictures(predictor, found.card, own, signal) : null,
    };
  } finally {
    await predictor?.close();
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
    const { epochs, hasNextPage } = await readEpochs(
      stores,
      DEFAULT_PROJECT,
      training,
      EPOCHS_A_PAGE,
      all.at(-1)?.epoch ?? 0,
    );
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
  signal: AbortSignal,
): Promise<ReportedFace[] | { missing: string }> {
  const key = modelKeys.trainingFile(DEFAULT_PROJECT, job.training, 'split.json');
  const split = await readRecord(stores.models, key, splitRecordSchema);
  if (!split || !started) return { missing: 'The run kept no split: which faces were its test is not known.' };
  try {
    const score = (samples: Parameters<typeof reportFaces>[2]) => reportFaces(predictor, card, samples, signal);
    if (job.data.length === 0) return await withSyntheticTest(recipeSchema.parse(started.recipe), split, score);
    const data = { store: stores.models, project: DEFAULT_PROJECT, folder: join(folder, 'cache', 'datasets'), signal };
    return await score(await testSamples(await resolveData(job.data, data), split));
  } catch (error) {
    if (!isFiducialError(error, 'INVALID_DATASET')) throw error;
    return { missing: `The test faces can't be shown: ${error.message}` };
  }
}
