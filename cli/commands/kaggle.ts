/** `fiducial kaggle REFERENCE --data TEST.xml`: the class's submission file, and its score where the file has labels. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { FiducialError } from '../../domain/errors.ts';
import { createPredictor } from '../../inference/predictor.ts';
import { partOf } from '../../training/check/checkModel.ts';
import {
  type ImagesSaid,
  imagesOf,
  type Spread,
  submissionAnswers,
  submissionMae,
} from '../../training/check/submission.ts';
import { readDataset } from '../../training/data/readDataset.ts';
import { PARTS, type Part } from '../../training/data/split.ts';
import { kaggleCsv } from '../../training/kaggle.ts';
import type { CliContext } from '../context.ts';
import { openPackage } from '../openPackage.ts';

interface KaggleFlags {
  readonly data: string;
  readonly part: Part | 'all';
  readonly out: string;
}

export function addKaggleCommand(program: Command, context: CliContext): void {
  program
    .command('kaggle')
    .description("write the class's submission file (Id,Predicted: a row a coordinate) for a test XML")
    .argument('<reference>', 'NAME, NAME@VERSION, NAME@ALIAS, or a folder with model.onnx and card.json')
    .requiredOption('--data <file.xml>', 'the test set, with or without parts; or a folder with one')
    .addOption(
      new Option('--part <part>', 'all of it, or a side of the split by photo that training makes')
        .choices([...PARTS, 'all'])
        .default('all'),
    )
    .option('--out <file.csv>', 'where it is written', 'submission.csv')
    .action((reference: string, flags: KaggleFlags) => kaggle(reference, flags, context));
}

/** Throws INVALID_INPUT where a face has no answer: Kaggle takes no file with rows left out. */
async function kaggle(reference: string, flags: KaggleFlags, context: CliContext): Promise<void> {
  const { output, signal } = context;
  const found = await openPackage(reference, context);
  const { card } = found;
  const dataset = await readDataset(flags.data);
  const samples = flags.part === 'all' ? dataset.samples : await partOf(dataset, flags.part);
  if (samples.length === 0) {
    const message = `Expected faces in part ${flags.part} of ${flags.data}, got none; choose another --part`;
    throw new FiducialError('INVALID_INPUT', message);
  }
  output.note(`${samples.length} faces of ${dataset.name}`);
  const predictor = await createPredictor(found);
  const answers = await submissionAnswers(predictor, card, samples, signal).finally(() => predictor.close());
  for (const { sample, error } of answers) if (error) output.note(`${sample.key}: ${error.code}: ${error.message}`);
  const csv = kaggleCsv(
    answers.map(({ keypoints }) => keypoints),
    answers.map(({ sample }) => sample.key),
  );
  const out = resolve(flags.out);
  await writeFile(out, csv);
  const score = submissionMae(answers, card);
  const images = imagesOf(answers);
  const { name, version } = card;
  const rows = answers.length * card.points * 2;
  output.result(
    { model: { name, version }, part: flags.part, faces: answers.length, rows, out, score, images },
    [
      `${out}: ${rows} rows, ${answers.length} faces of ${dataset.name}`,
      score ? `MAE over all coordinates: ${score.maePx.toFixed(5)} px, ${score.faces} faces` : 'no labels, so no MAE',
      ...(images ? [saidOf(images)] : []),
    ].join('\n'),
  );
}

function saidOf({ images, imagePx, facePx }: ImagesSaid): string {
  const faces = facePx ? `, face boxes of ${px(facePx)}` : '';
  return `measured on ${images} images of ${px(imagePx)}${faces}: an MAE in pixels grows with them, so compare it on the same images only`;
}

function px({ smallest, median, largest }: Spread): string {
  return `${Math.round(smallest)} to ${Math.round(largest)} px (median ${Math.round(median)})`;
}
