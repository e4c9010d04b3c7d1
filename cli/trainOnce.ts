/** A training run here and now, in the data folder's ledger, with what a person sees of it. */
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { FiducialError, isFiducialError } from '../domain/errors.ts';
import type { ModelPackage } from '../inference/package.ts';
import { openEmbedded } from '../storage/embedded/index.ts';
import type { Sample } from '../training/data/sample.ts';
import type { HeldOut } from '../training/figures/specs/index.ts';
import { createJob, reopenTraining, type TrainingEpoch } from '../training/ledger/index.ts';
import { describeImport } from '../training/nn/pretrained/import.ts';
import type { Overrides } from '../training/recipes/index.ts';
import { errorsOf, runTraining } from '../training/worker/runTraining.ts';
import { type CliContext, DEFAULT_PROJECT } from './context.ts';
import { trainerParts } from './local.ts';
import type { Output, Progress } from './output.ts';

export interface TrainFlags {
  readonly data: string[];
  readonly set: string[];
  readonly grid: string[];
  readonly resume?: string;
  readonly backend?: string;
  readonly model?: string;
  readonly dataFolder?: string;
  readonly figures?: string;
}

export interface TrainedOnce {
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

export async function trainOnce(
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

export function px(value: number | null): string {
  return value === null ? '-' : `${value.toFixed(2)} px`;
}

function percent(value: number | null): string {
  return value === null ? '-' : `${(value * 100).toFixed(2)} %`;
}
