/** `fiducial report ID`: a training run as one HTML page. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { FiducialError } from '../../domain/errors.ts';
import { readTraining } from '../../training/ledger/index.ts';
import { reportPage } from '../../training/report/report.ts';
import { type CliContext, DEFAULT_PROJECT } from '../context.ts';
import { listImages } from '../images.ts';
import { openCatalog } from '../local.ts';
import { reportFacts } from '../reportFacts.ts';

interface ReportFlags {
  readonly own?: string;
  readonly out?: string;
  readonly dataFolder?: string;
}

export function addReportCommand(program: Command, context: CliContext): void {
  program
    .command('report')
    .description('write a training run as one HTML page: curves, errors and what goes with them, pictures')
    .argument('<training>', 'id of the training run')
    .option(
      '--own <dir>',
      'own photos, to be shown with what the network finds in them; beside them a masked face and a photographed screen, made from a rendered face',
    )
    .option('--out <file.html>', 'where it is written; default: report-TRAINING.html')
    .option('--data-folder <dir>', 'folder of the embedded stack; default: .fiducial')
    .action((training: string, flags: ReportFlags) => report(training, flags, context));
}

async function report(training: string, flags: ReportFlags, { config, output, signal }: CliContext): Promise<void> {
  const own = flags.own === undefined ? null : await listImages([flags.own]);
  const folder = flags.dataFolder ?? config.dataFolder;
  const { catalog, embedded, close } = await openCatalog(folder);
  const scratch = await mkdtemp(join(tmpdir(), 'fiducial-report-'));
  try {
    const view = embedded && (await readTraining(embedded.stores, DEFAULT_PROJECT, training));
    if (!view) throw unknownTraining(training, folder);
    const { model } = view.done ?? {};
    const found = model ? await catalog.load(DEFAULT_PROJECT, `${model.name}@${model.version}`) : null;
    if (own && !found) output.note('own photos need a model, and this run has none yet: they are left out');
    if (found) output.note('scoring the test faces and measuring them');
    const facts = await reportFacts(embedded, view, found, { own, scratch, signal });
    const out = resolve(flags.out ?? `report-${training}.html`);
    await writeFile(out, await reportPage(facts));
    const faces = 'missing' in facts.tested ? 0 : facts.tested.length;
    const counts = { faces, own: facts.own?.length ?? 0, made: facts.made.length };
    output.result({ training, out, ...counts }, `${out}: ${faces} test faces`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
    await close();
  }
}

function unknownTraining(training: string, folder: string): FiducialError {
  const message = `Expected a training run of the data folder ${folder}, got ${training}; \`fiducial train\` prints the id of each`;
  return new FiducialError('NOT_FOUND', message, { ids: { training } });
}
