/** `fiducial upload DIR`: create, upload and commit a batch on a running stack. */
import { basename, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { CROP_RULES } from '../../domain/records.ts';
import { readTruth } from '../../training/data/readTruth.ts';
import { openApi } from '../api.ts';
import type { CliContext } from '../context.ts';
import { DEFAULT_MODEL } from '../defaults.ts';
import { type ApiFlags, addApiOptions, endpointOf } from '../endpoint.ts';
import { EXIT } from '../exit.ts';
import { fraction } from '../parse.ts';
import { runJson, runText } from '../runText.ts';
import { uploadBatch, waitForRun } from '../uploadBatch.ts';

interface UploadFlags extends ApiFlags {
  readonly model: string;
  readonly crop?: string;
  readonly truth?: string;
  readonly wait: boolean;
  readonly name?: string;
  readonly errorThreshold: number;
}

export function addUploadCommand(program: Command, context: CliContext): void {
  const command = program
    .command('upload')
    .description('upload a folder to a running stack and have it scored')
    .argument('<dir>')
    .option('--model <reference>', 'NAME, NAME@VERSION or NAME@ALIAS', DEFAULT_MODEL)
    .addOption(new Option('--crop <rule>', "default: the model card's").choices([...CROP_RULES]))
    .option('--truth <path>', 'ground truth, as `fiducial score` takes it')
    .option('--name <text>', 'name of the batch; default: the folder')
    .option('--wait', 'until the run is done, then print its metrics', false)
    .option('--error-threshold <share>', 'share of images that may fail', fraction, 0);
  addApiOptions(command).action((folder: string, flags: UploadFlags) => upload(folder, flags, context));
}

async function upload(folder: string, flags: UploadFlags, context: CliContext): Promise<void> {
  const { output, signal } = context;
  const api = openApi(await endpointOf(flags, context));
  const truth = flags.truth ? await readTruth(flags.truth) : null;
  const request = {
    name: flags.name ?? basename(resolve(folder)),
    folder,
    truth,
    model: flags.model,
    crop: flags.crop ?? null,
    errorThreshold: flags.errorThreshold,
  };
  const id = await uploadBatch(api, request, output, signal);
  if (!flags.wait) {
    output.result({ run: id }, `run ${id}\nfollow it with: fiducial run ${id}`);
    return;
  }
  const run = await waitForRun(api, id, output, signal);
  output.result(runJson(run), runText(run));
  if (run.status === 'FAILED') context.exitWith(EXIT.aboveThreshold);
}
