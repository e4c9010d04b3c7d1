/** `fiducial train RECIPE` and `fiducial sweep RECIPE`: here and now, in the data folder's ledger. */
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { FiducialError, isFiducialError } from '../../domain/errors.ts';
import type { ModelPackage } from '../../inference/package.ts';
import { openEmbedded } from '../../storage/embedded/index.ts';
import { BACKEND_NAMES } from '../../training/backends/types.ts';
import type { Sample } from '../../training/data/sample.ts';
import type { HeldOut } from '../../training/figures/specs/index.ts';
import { createJob, reopenTraining, type TrainingEpoch } from '../../training/ledger/index.ts';
import { describeImport } from '../../training/nn/pretrained/import.ts';
import {
  gridOf,
  type Overrides,
  parseAssignment,
  parseGrid,
  RECIPES,
  recipeNamed,
} from '../../training/recipes/index.ts';
import { sameFaces, twoOf } from '../../training/report/sameFaces.ts';
import { errorsOf, runTraining } from '../../training/worker/runTraining.ts';
import { type CliContext, DEFAULT_PROJECT } from '../context.ts';
import { EXIT } from '../exit.ts';
import { trainerParts } from '../local.ts';
import { type Output, type Progress, table } from '../output.ts';
import { ROW_PICTURE, type SweepRow, writeSweepFigures } from '../sweepFigures.ts';

interface TrainFlags {
  readonly data: string[];
  readonly set: string[];
  readonly grid: string[];
  readonly resume?: string;
  readonly backend?: string;
  readonly model?: string;
  readonly dataFolder?: string;
  readonly figures?: string;
}

export function addTrainCommands(program: Command, context: CliContext): void {
  const backend = () =>
    new Option('--backend <name>', 'what computes; default: the best there is').choices([...BACKEND_NAMES]);
  program
    .command('train')
    .description(`train a recipe (${Object.keys(RECIPES).join(', ')}) and register its model`)
    .argument('<recipe>')
    .option('--data <dir,...>', 'data sets; without, rendered faces', list, [])
    .option('--set <key=value>', 'override a field of the recipe; may be repeated', collect, [])
    .option('--resume <training>', 'go on with a training run that was stopped, or that found no space')
    .addOption(backend())
    .option('--model <name>', 'name of the model; default: the recipe')
    .option('--data-folder <dir>', 'folder of the embedded stack; default: .fiducial')
    .option('--figures <dir>', 'where figures are written; default: DATA-FOLDER/figures/TRAINING')
    .action((recipe: string, flags: TrainFlags) => train(recipe, flags, context));
  program
    .command('sweep')
    .description('train a recipe once for each combination of a grid')
    .argument('<recipe>')
    .option('--data <dir,...>', 'data sets; without, rendered faces', list, [])
    .option('--grid <key=a,b,c>', 'values of a field; may be repeated; default: the sweep of the recipe', collect, [])
    .option('--set <key=value>', 'override a field of the recipe; may be repeated', collect, [])
    .addOption(backend())
    .option('--data-folder <dir>', 'folder of the embedded stack; default: .fiducial')
    .option('--figures <dir>', 'where figures are written')
    .action((recipe: string, flags: TrainFlags) => sweep(recipe, flags, context));
}

function list(text: string): string[] {
  return text.split(',').filter((one) => one !== '');
}

function collect(text: string, before: string[]): string[] {
  return [...before, text];
}

async function train(recipe: string, flags: TrainFlags, context: CliContext): Promise<void> {
  recipeNamed(recipe);
  const overrides = Object.fromEntries(flags.set.map(parseAssignment));
  const result = await trainOnce(recipe, overrides, flags, context);
  context.output.result(result.json, result.text);
}

interface TrainedOnce {
  readonly json: {
    readonly run: string;
    readonly recipe: string;
    readonly epochs: number;
    readonly train: unknown;
    readonly test: { readonly loss: number; readonly maePx: number | null; readonly nme: number | null };
    readonly meanPositionMaePx: number;
    readonly model: { readonly name: string; readonly version: string; readonly sha256: string };
    readonly figures: readonly string[];
  };
  readonly text: string;
  readonly epochs: readonly TrainingEpoch[];
  readonly model: ModelPackage;
  /** The faces that it was tested on. */
  readonly tested: readonly Sample[];
  /** What the losses by epoch are of. */
  readonly heldOut: HeldOut;
}

async function trainOnce(
  recipe: string,
  overrides: Overrides,
  flags: TrainFlags,
  context: CliContext,
): Promise<TrainedOnce> {
  const { output, config, signal } = context;
  const embedded = await openEmbedded({ folder: flags.dataFolder ?? config.dataFolder });
  try {
    if (flags.resume) await reopenTraining(embedded, DEFAULT_PROJECT, flags.resume);
    const training = flags.resume ?? (await newTraining(embedded, recipe, overrides, flags));
    output.note(`training run ${training}: preparing data`);
    const epochs: TrainingEpoch[] = [];
    const tested: Sample[] = [];
    let heldOut: HeldOut = 'test';
    const started = performance.now();
    const outcome = await runTraining(
      trainerParts(embedded.stores.models, embedded.folder, 1),
      DEFAULT_PROJECT,
      training,
      signal,
      {
        onData: ({ train: part, val, test }) => {
          tested.push(...test.samples);
          if (val) heldOut = 'val';
          output.note(
            `${part.samples.length} faces to train on, ${val?.samples.length ?? 0} to choose by, ${test.samples.length} to test on`,
          );
        },
        onProgress: stages(output),
        onPretrained: (report) => output.note(describeImport(report)),
        onEpoch: (epoch) => {
          epochs.push(epoch);
          output.note(epochLine(epoch, heldOut));
        },
      },
    ).catch((error: unknown) => {
      throw withHint(error, training);
    });
    if (outcome.outcome === 'failed') throw withHint(outcome.error, training);
    if (outcome.outcome !== 'finished') {
      const hint = outcome.outcome === 'ended' ? 'it has ended already' : `go on with --resume ${training}`;
      throw new FiducialError('ABORTED', `Training run ${training} ${outcome.outcome}; ${hint}`);
    }
    const { trained, card } = outcome;
    const figureFolder = flags.figures ?? join(embedded.folder, 'figures', training);
    await mkdir(figureFolder, { recursive: true });
    for (const { file, bytes } of trained.figures) await writeFile(join(figureFolder, file), bytes);
    const test = errorsOf(trained.test);
    const last = trained.history.at(-1);
    return {
      json: {
        run: training,
        recipe,
        epochs: trained.history.length,
        train: trained.train ? errorsOf(trained.train) : { loss: last?.trainLoss ?? null, maePx: null, nme: null },
        test,
        meanPositionMaePx: trained.meanPositionMaePx,
        model: { name: card.name, version: card.version, sha256: card.sha256 },
        figures: trained.figures.map(({ file }) => join(figureFolder, file)),
      },
      text: [
        `${card.name}@${card.version}: test MAE ${px(test.maePx)}, NME ${percent(test.nme)}; always answering the mean position: ${px(trained.meanPositionMaePx)}`,
        `backend ${trained.backend}, ${trained.history.length} epochs in ${((performance.now() - started) / 1000).toFixed(0)} s, export within ${card.parityError?.toExponential(1)} of the crop`,
        `figures in ${figureFolder}`,
      ].join('\n'),
      epochs,
      model: { card, bytes: trained.onnx },
      tested,
      heldOut,
    };
  } finally {
    await embedded.close();
  }
}

/** Where there was no space, that the run goes on once there is some. */
function withHint(error: unknown, training: string): unknown {
  if (!isFiducialError(error, 'STORAGE_FULL')) return error;
  const { code, message, ids, retryable } = error;
  return new FiducialError(code, `${message}; go on with --resume ${training}`, { ids, retryable, cause: error });
}

async function newTraining(
  { stores, queues }: Awaited<ReturnType<typeof openEmbedded>>,
  recipe: string,
  overrides: Overrides,
  flags: TrainFlags,
): Promise<string> {
  const job = await createJob(
    { stores, queues, now: () => new Date() },
    {
      project: DEFAULT_PROJECT,
      recipe,
      overrides,
      data: flags.data.map((path) => resolve(path)),
      backend: flags.backend ?? null,
      model: flags.model ?? null,
      startedBy: 'cli',
      unique: randomBytes(4).toString('hex'),
    },
  );
  return job.training;
}

/** One setting of a sweep, in the order of the grid. */
interface SettingTried {
  readonly label: string;
  readonly overrides: Overrides;
  /** Null where it diverged. */
  readonly trained: TrainedOnce | null;
  /** Why it diverged. */
  readonly message: string;
}

async function sweep(recipe: string, flags: TrainFlags, context: CliContext): Promise<void> {
  const grid =
    flags.grid.length > 0 ? Object.fromEntries(flags.grid.map(parseGrid)) : (recipeNamed(recipe).sweep ?? null);
  if (!grid)
    throw new FiducialError('INVALID_INPUT', `Expected --grid KEY=A,B,C: the recipe ${recipe} has no sweep of its own`);
  const fixed = Object.fromEntries(flags.set.map(parseAssignment));
  const { figures: sweepFolder, ...rest } = flags;
  const tried: SettingTried[] = [];
  const rows: SweepRow[] = [];
  let shown: Sample[] | null = null;
  for (const overrides of gridOf(grid)) {
    const label = Object.entries(overrides)
      .map(([key, value]) => `${key.split('.').at(-1)} ${String(value)}`)
      .join(', ');
    context.output.note(`sweep ${tried.length + 1}: ${label}`);
    const setting = await trySetting(label, overrides, () =>
      trainOnce(recipe, { ...fixed, ...overrides }, rest, context),
    );
    const { trained, message } = setting;
    tried.push(setting);
    if (message) context.output.note(message);
    if (trained) shown ??= twoOf(trained.tested);
    const { signal } = context;
    const pictures = trained && shown ? await sameFaces(trained.model, shown, { side: ROW_PICTURE, signal }) : [];
    rows.push({ label, epochs: trained?.epochs ?? [], pictures, diverged: !trained });
  }
  const finished = tried.flatMap(({ trained, ...setting }) => (trained ? [{ ...setting, trained }] : []));
  const diverged = tried.filter(({ trained }) => !trained);
  const first = finished[0];
  if (!first) throw new FiducialError('DIVERGED', `Every setting diverged; the first: ${diverged[0]!.message}`);
  const folder =
    sweepFolder ??
    join(resolve(flags.dataFolder ?? context.config.dataFolder), 'figures', `sweep-${first.trained.json.run}`);
  const figures = await writeSweepFigures(folder, rows, first.trained.heldOut);
  const best = [...finished].sort((a, b) => a.trained.json.test.loss - b.trained.json.test.loss);
  context.output.result(
    {
      recipe,
      runs: finished.map(({ overrides, trained }) => ({ overrides, ...trained.json })),
      diverged: diverged.map(({ overrides, message }) => ({ overrides, message })),
      figures,
    },
    table([
      ['setting', 'test loss', 'test MAE'],
      ...best.map(({ label, trained: { json } }) => [label, json.test.loss.toExponential(2), px(json.test.maePx)]),
      ...diverged.map(({ label }) => [label, 'diverged', '-']),
    ]),
  );
  context.exitWith(EXIT.ok);
}

/** A setting that does not converge is a result of the sweep, not its end. */
async function trySetting(
  label: string,
  overrides: Overrides,
  train: () => Promise<TrainedOnce>,
): Promise<SettingTried> {
  try {
    return { label, overrides, trained: await train(), message: '' };
  } catch (error) {
    if (!isFiducialError(error, 'DIVERGED')) throw error;
    return { label, overrides, trained: null, message: error.message };
  }
}

/** A bar for each stage of getting the data ready: rendering or cutting out thousands of faces takes a while. */
function stages(output: Output): (what: string, done: number, total: number) => void {
  let current: { readonly what: string; readonly bar: Progress } | null = null;
  return (what, done, total) => {
    if (current?.what !== what) {
      current?.bar.stop();
      current = { what, bar: output.progress(what, total) };
    }
    current.bar.update(done);
    if (done < total) return;
    current.bar.stop();
    current = null;
  };
}

function epochLine({ epoch, train: { loss }, test, seconds, waitedSeconds }: TrainingEpoch, heldOut: HeldOut): string {
  const errors = `train loss ${loss.toExponential(2)}, ${heldOut} loss ${test.loss.toExponential(2)}, ${heldOut} MAE ${px(test.maePx)}`;
  const idle = waitedSeconds == null ? '' : `, ${waitedSeconds.toFixed(1)} s of it waiting for batches`;
  return `epoch ${epoch}: ${errors}, ${seconds.toFixed(1)} s${idle}`;
}

function px(value: number | null): string {
  return value === null ? '-' : `${value.toFixed(2)} px`;
}

function percent(value: number | null): string {
  return value === null ? '-' : `${(value * 100).toFixed(2)} %`;
}
