/** `fiducial model list | show | import | quantize | promote | check | fit-boxes`. */
import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { FiducialError } from '../../domain/errors.ts';
import type { ModelCard } from '../../domain/modelCard.ts';
import { openSession } from '../../inference/runtime.ts';
import { type Embedded, openEmbedded } from '../../storage/embedded/index.ts';
import { PARTS } from '../../training/data/split.ts';
import { parseForeignCard } from '../../training/onnx/foreignCard.ts';
import { importModel } from '../../training/onnx/importModel.ts';
import { PRODUCTION, registerModel, setAlias } from '../../training/registry.ts';
import { addCheckCommands } from '../check.ts';
import { type CliContext, DEFAULT_PROJECT } from '../context.ts';
import { openCatalog } from '../local.ts';
import { table } from '../output.ts';
import { list as commaList, percentile } from '../parse.ts';
import { type QuantizeFlags, quantizeCommand } from '../quantize.ts';

export function addModelCommands(program: Command, context: CliContext): void {
  const model = program.command('model').description('the model packages: list, show, import, quantize, promote');
  model
    .command('list')
    .description('models of the data folder and those that ship')
    .action(() => list(context));
  model
    .command('show')
    .argument('<reference>', 'NAME, NAME@VERSION or NAME@ALIAS')
    .action((reference: string) => show(reference, context));
  model
    .command('import')
    .description('register an ONNX file from elsewhere with its card')
    .argument('<file.onnx>')
    .requiredOption('--card <file.json>', 'its card: name, version, layout, points, input, conventions')
    .action((file: string, flags: { card: string }) => importCommand(file, flags.card, context));
  model
    .command('promote')
    .description('point an alias at a version')
    .argument('<name@version>')
    .option('--alias <name>', 'the alias', PRODUCTION)
    .action((reference: string, flags: { alias: string }) => promote(reference, flags.alias, context));
  model
    .command('quantize')
    .description('make a static int8 model, NAME-int8, calibrated on data sets')
    .argument('<reference>', 'NAME, NAME@VERSION, NAME@ALIAS, or a folder with model.onnx and card.json')
    .requiredOption('--data <dir,...>', 'images to calibrate on, with boxes where the model needs them', commaList)
    .option('--percentile <p>', 'of the activations kept in range', percentile, 99.999)
    .option(
      '--measure <dir,...>',
      "data sets to measure it on beside the float model, for the card's metrics",
      commaList,
      [],
    )
    .addOption(new Option('--part <part>', 'side of their split').choices([...PARTS, 'all']).default('test'))
    .option('--out <dir>', 'write model.onnx and card.json there instead of registering it')
    .action((reference: string, flags: QuantizeFlags) => quantizeCommand(reference, flags, context));
  addCheckCommands(model, context);
}

async function list({ config, output }: CliContext): Promise<void> {
  const { catalog, close } = await openCatalog(config.dataFolder);
  try {
    const found = await Promise.all(
      (await catalog.names(DEFAULT_PROJECT)).map((name) => catalog.find(DEFAULT_PROJECT, name)),
    );
    output.result(
      { models: found.map(({ owner, card }) => ({ owner, ...card })) },
      table([
        ['model', 'version', 'owner', 'layout', 'input', 'MB', 'licence'],
        ...found.map(({ owner, card }) => [
          card.name,
          card.version,
          owner,
          card.layout,
          `${card.input.width}x${card.input.height}`,
          (card.bytes / 1e6).toFixed(1),
          card.licenceNote,
        ]),
      ]),
    );
  } finally {
    await close();
  }
}

async function show(reference: string, { config, output }: CliContext): Promise<void> {
  const { catalog, close } = await openCatalog(config.dataFolder);
  try {
    const { owner, card } = await catalog.find(DEFAULT_PROJECT, reference);
    output.result({ owner, ...card }, describe(owner, card));
  } finally {
    await close();
  }
}

function describe(owner: string, card: ModelCard): string {
  const metrics = card.metrics.map(({ set, n, missed, maePx, nme, note }) => {
    const ocular = nme.interOcular === undefined ? '' : `, NME ${(nme.interOcular * 100).toFixed(2)} %`;
    const noted = note ? ` (${note})` : '';
    return [`on ${set}`, `${n} faces, ${missed} missed, MAE ${maePx?.toFixed(2) ?? '-'} px${ocular}${noted}`];
  });
  const compared =
    card.parityError === null ? 'not compared' : `within ${card.parityError.toExponential(1)} of the crop`;
  return table([
    ['model', `${card.name}@${card.version} (${owner})`],
    ['what', card.description],
    ['licence', card.licenceNote],
    ...card.data.map(({ name, images, licence }) => ['data', `${name}: ${images} images; ${licence}`]),
    ...(card.pretraining ? [['pretraining', card.pretraining]] : []),
    ['layout', `${card.layout}, ${card.points} points`],
    [
      'input',
      `${card.input.width}x${card.input.height}x${card.input.channels}, crop rule ${card.crop}, margin ${card.input.margin}, ${card.input.fit}`,
    ],
    ['file', `${(card.bytes / 1e6).toFixed(2)} MB, ${card.precision}, sha256 ${card.sha256}`],
    card.quantizedFrom ? ['quantised', `from the model with sha256 ${card.quantizedFrom}`] : ['export', compared],
    ...metrics,
  ]);
}

async function withEmbedded<T>({ config }: CliContext, work: (embedded: Embedded) => Promise<T>): Promise<T> {
  const embedded = await openEmbedded({ folder: config.dataFolder });
  try {
    return await work(embedded);
  } finally {
    await embedded.close();
  }
}

async function importCommand(file: string, cardFile: string, context: CliContext): Promise<void> {
  const read = (path: string) =>
    readFile(path).catch((cause: Error) => {
      throw new FiducialError('INVALID_INPUT', `Expected a file at ${path}, got: ${cause.message}`, { cause });
    });
  const given = parseForeignCard((await read(cardFile)).toString('utf8'), cardFile);
  const { onnxBytes, card } = await importModel({ onnxBytes: await read(file), ...given, open: openSession });
  await withEmbedded(context, ({ stores }) => registerModel(stores.models, DEFAULT_PROJECT, card, onnxBytes));
  context.output.result(card, `registered ${card.name}@${card.version}`);
}

async function promote(reference: string, alias: string, context: CliContext): Promise<void> {
  const [name, version] = reference.split('@');
  if (!name || !version) throw new FiducialError('INVALID_INPUT', `Expected NAME@VERSION, got ${reference}`);
  const record = await withEmbedded(context, ({ stores }) =>
    setAlias(stores.models, DEFAULT_PROJECT, name, alias, version),
  );
  context.output.result(
    { name, alias, ...record },
    `${name}@${alias} is ${version}${record.previous ? `, was ${record.previous}` : ''}`,
  );
}
