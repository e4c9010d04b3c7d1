/** `fiducial dataset inspect | convert | synthesise`. */
import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { contactSheet } from '../../training/data/contactSheet.ts';
import { convertDataset } from '../../training/data/convert.ts';
import { imageDigests } from '../../training/data/digests.ts';
import { readDataset } from '../../training/data/readDataset.ts';
import { type DatasetReport, datasetReport, type Spread } from '../../training/data/report.ts';
import { splitByHash } from '../../training/data/split.ts';
import { writeSyntheticSet } from '../../training/synthetic/writeSyntheticSet.ts';
import type { CliContext } from '../context.ts';
import { table } from '../output.ts';
import { wholeNumber } from '../parse.ts';

export function addDatasetCommands(program: Command, context: CliContext): void {
  const dataset = program.command('dataset').description('look at data sets, convert them, render one');
  dataset
    .command('inspect')
    .description('counts, sizes, points outside images, people on both sides of a split; draws a contact sheet')
    .argument('<path>')
    .option('--sheet <file.png>', 'where the contact sheet is written', 'contact-sheet.png')
    .action((path: string, flags: { sheet: string }) => inspect(path, flags.sheet, context));
  dataset
    .command('convert')
    .description('to images/ and images.jsonl')
    .argument('<path>')
    .argument('<folder>')
    .option('--no-images', 'the manifest only')
    .action(async (path: string, folder: string, flags: { images: boolean }) => {
      const entries = await convertDataset(await readDataset(path), folder, { copyImages: flags.images });
      context.output.result({ folder, faces: entries.length }, `${entries.length} faces in ${folder}`);
    });
  dataset
    .command('synthesise')
    .description('render faces with known points, free of any licence')
    .argument('<folder>')
    .option('--count <n>', 'photos', wholeNumber, 200)
    .option('--seed <n>', 'the same seed renders the same photos', wholeNumber, 1)
    .action(async (folder: string, { count, seed }: { count: number; seed: number }) => {
      const progress = context.output.progress('rendering faces', count);
      await writeSyntheticSet(folder, count, seed, {
        signal: context.signal,
        onProgress: (done) => progress.update(done),
      });
      progress.stop();
      context.output.result({ folder, faces: count }, `${count} faces in ${folder}`);
    });
}

async function inspect(path: string, sheet: string, { output }: CliContext): Promise<void> {
  const dataset = await readDataset(path);
  const split = splitByHash(dataset.samples, { digests: await imageDigests(dataset.samples) });
  const report = await datasetReport(dataset, split);
  await writeFile(sheet, await contactSheet(dataset.samples));
  output.result({ ...report, sheet }, `${describe(report)}\ncontact sheet: ${sheet}`);
}

function describe(report: DatasetReport): string {
  const counts = (record: Readonly<Record<string, number>>) =>
    Object.entries(record)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ');
  const spread = (name: string, value: Spread | null): [string, string] => [
    name,
    value ? `${Math.round(value.min)} to ${Math.round(value.max)}, median ${Math.round(value.median)} px` : '-',
  ];
  return table([
    ['data set', `${report.name} (${report.kind})`],
    ['faces', `${report.faces} in ${report.images} images of ${report.groups} people or photos`],
    ['sets', counts(report.bySource)],
    ['layouts', counts(report.byLayout)],
    spread('widths', report.widths),
    spread('heights', report.heights),
    spread('faces across', report.faceSizes),
    ['without points', String(report.unlabelled)],
    ['without box', `${report.withoutBox} (${report.boxFromPoints} boxes come from the points)`],
    [
      'outside',
      `${report.points.outside} of ${report.points.total} points, in ${report.points.facesWithOutside} faces; ${report.boxesOutside} boxes`,
    ],
    ['missing images', report.missingImages.slice(0, 5).join(', ') || 'none'],
    [
      'same bytes',
      report.duplicates
        .slice(0, 5)
        .map((names) => names.join(' = '))
        .join('; ') || 'none',
    ],
    ...(report.split
      ? [
          [
            'split by hash',
            `${counts(report.split.faces)}; on several sides: ${report.split.onSeveralSides.join(', ') || 'nobody'}`,
          ],
        ]
      : []),
  ]);
}
