/** `fiducial model check` and `fiducial model fit-boxes`: a model package on named data sets. */
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { FiducialError } from '../domain/errors.ts';
import type { ModelCard } from '../domain/modelCard.ts';
import { type DetectorPackage, readDetectorPackage } from '../inference/detectorPackage.ts';
import { createPredictor, type Predictor } from '../inference/predictor.ts';
import { openEmbedded } from '../storage/embedded/index.ts';
import { createRng, shuffledIndices } from '../training/augment/rng.ts';
import { type CheckRow, checkSetting, partOf, settingsOf } from '../training/check/checkModel.ts';
import { readDataset } from '../training/data/readDataset.ts';
import type { Dataset, Sample } from '../training/data/sample.ts';
import { PARTS, type Part } from '../training/data/split.ts';
import { fitDetectorBoxes, withDetectorBoxes } from '../training/detector/fitBoxes.ts';
import { PRODUCTION, registerModel, setAlias } from '../training/registry.ts';
import { type CliContext, DEFAULT_PROJECT, FOLDERS } from './context.ts';
import { openPackage } from './openPackage.ts';
import { table } from './output.ts';
import { fraction, list, wholeNumber } from './parse.ts';

interface CheckFlags {
  readonly data: string[];
  readonly part: Part | 'all';
  readonly detect: boolean;
  readonly shift: number[];
  readonly flip?: boolean;
  readonly minScore?: number;
  readonly secondPass?: number;
  readonly count?: number;
}

interface FitFlags {
  readonly data: string[];
  readonly part: Part | 'all';
  readonly count: number;
  readonly register: boolean;
  readonly minScore?: number;
}

export function addCheckCommands(model: Command, context: CliContext): void {
  const part = (fallback: Part) =>
    new Option('--part <part>', 'side of the split by photo').choices([...PARTS, 'all']).default(fallback);
  model
    .command('check')
    .description('measure a model on labelled faces: errors by set, with given, detected and shifted boxes')
    .argument('<reference>', 'NAME, NAME@VERSION, NAME@ALIAS, or a folder with model.onnx and card.json')
    .requiredOption('--data <dir,...>', 'data sets', list)
    .addOption(part('test'))
    .option('--detect', 'also with the boxes that the detector finds', false)
    .option('--shift <fraction,...>', 'also with the given boxes moved by these shares of their sides', fractions, [])
    .option('--min-score <p>', "keep what the detector is so sure of; default: the detector's", fraction)
    .option('--flip', 'average with the mirror image, also where the card does not say so')
    .option('--no-flip', 'do not, also where it does')
    .option(
      '--second-pass <margin>',
      "crop again around the first pass's points, with this margin; default: the card's",
      margin,
    )
    .option('--count <n>', 'faces of each set at most, drawn at random', wholeNumber)
    .action((reference: string, flags: CheckFlags) => check(reference, flags, context));
  model
    .command('fit-boxes')
    .description("fit the shift and scale from the detector's boxes to the boxes that the model knows")
    .argument('<reference>', 'as above')
    .requiredOption('--data <dir,...>', 'data sets', list)
    .addOption(part('train'))
    .option('--count <n>', 'faces of each set at most, drawn at random', wholeNumber, 400)
    .option('--min-score <p>', "keep what the detector is so sure of; default: the detector's", fraction)
    .option('--register', 'register the model with the adjusted card as a new version')
    .action((reference: string, flags: FitFlags) => fitBoxes(reference, flags, context));
}

function fractions(text: string): number[] {
  return list(text).map((one) => {
    const value = Number(one);
    if (value > 0 && value < 1) return value;
    throw new InvalidArgumentError(`Expected shares of a box's side between 0 and 1, got ${JSON.stringify(one)}.`);
  });
}

function detectorPackage(): Promise<DetectorPackage> {
  return readDetectorPackage(join(FOLDERS.shippedModels, 'detector'));
}

async function samplesBySet({ data, part }: Pick<CheckFlags, 'data' | 'part'>): Promise<Map<Dataset, Sample[]>> {
  const sets = new Map<Dataset, Sample[]>();
  for (const path of data) {
    const dataset = await readDataset(path);
    const samples = await partOf(dataset, part);
    if (samples.length === 0) {
      const message = `Expected labelled faces in part ${part} of ${path}, got none; choose another --part`;
      throw new FiducialError('INVALID_INPUT', message);
    }
    sets.set(dataset, samples);
  }
  return sets;
}

async function check(reference: string, flags: CheckFlags, context: CliContext): Promise<void> {
  const { output, signal } = context;
  const found = await openPackage(reference, context);
  const { card } = found;
  refuseBoxes(card, flags);
  const sets = await samplesBySet(flags);
  const { count } = flags;
  if (count !== undefined) for (const [dataset, samples] of sets) sets.set(dataset, drawn(samples, count));
  const settings = settingsOf(card, { detect: flags.detect, shifts: flags.shift });
  const predictor = await createPredictor(found, {
    ...(flags.detect ? { detector: await detectorPackage(), ...detectionOf(flags) } : {}),
    ...(flags.flip === undefined ? {} : { flipTest: flags.flip }),
    ...(flags.secondPass === undefined ? {} : { secondPass: { margin: flags.secondPass } }),
  });
  const rows: CheckRow[] = [];
  const started = performance.now();
  let answers = 0;
  try {
    for (const setting of settings) {
      for (const [{ name }, samples] of sets) {
        output.note(`${name}, ${setting.name}: ${samples.length} faces`);
        rows.push(...(await checkSetting(predictor, card, name, samples, setting, { signal })));
        answers += samples.length * setting.placements.length;
      }
    }
  } finally {
    await predictor.close();
  }
  const seconds = (performance.now() - started) / 1000;
  const { name, version, sha256, precision } = card;
  const flip = flags.flip ?? card.flipTest;
  const secondPass = flags.secondPass ?? card.secondPass?.margin ?? null;
  const how = [
    ...(flip ? ['with its mirror image'] : []),
    ...(secondPass ? [`second pass at margin ${secondPass}`] : []),
  ];
  output.result(
    {
      model: { name, version, sha256, precision },
      part: flags.part,
      flipTest: flip,
      secondPass,
      facesPerSecond: answers / seconds,
      rows,
    },
    `${[`${name}@${version}`, `part ${flags.part}`, ...how].join(', ')}, ${(answers / seconds).toFixed(1)} faces/s\n${rowsTable(rows)}`,
  );
}

function refuseBoxes({ crop, name }: ModelCard, { detect, shift }: CheckFlags): void {
  if (crop !== 'whole' || (!detect && shift.length === 0)) return;
  const message = `Expected neither --detect nor --shift, since ${name} takes whole images and no boxes`;
  throw new FiducialError('INVALID_INPUT', message);
}

function rowsTable(rows: readonly CheckRow[]): string {
  const head = ['set', 'boxes', 'n', 'missed', 'MAE px', 'NME %', '51 points', 'box unknown', 'AUC@8', 'failures@10 %'];
  return table([
    head,
    ...rows.map(({ set, setting, n, missed, maePx, nme, innerNme, unknown, aucAt8, failureRateAt10 }) => [
      ...[set, setting, n, missed, maePx?.toFixed(3) ?? '-', percent(nme), percent(innerNme)],
      `${percent(unknown.nme)} (${unknown.n})`,
      ...[aucAt8?.toFixed(3) ?? '-', percent(failureRateAt10)],
    ]),
  ]);
}

function percent(share: number | null): string {
  return share === null ? '-' : (share * 100).toFixed(3);
}

function detectionOf({ minScore }: Pick<CheckFlags, 'minScore'>) {
  return minScore === undefined ? {} : { detection: { minScore } };
}

function margin(text: string): number {
  const value = Number(text);
  if (value > 0 && value < 10) return value;
  throw new InvalidArgumentError(
    `Expected the crop's side over that of the points, such as 1.7, got ${JSON.stringify(text)}.`,
  );
}

/** The same ones each time. */
function drawn(samples: readonly Sample[], count: number): Sample[] {
  return [...shuffledIndices(samples.length, createRng(1)).subarray(0, count)].map((i) => samples[i]!);
}

async function fitBoxes(reference: string, flags: FitFlags, context: CliContext): Promise<void> {
  const { output, signal, config } = context;
  const found = await openPackage(reference, context);
  const detector = await detectorPackage();
  const samples = [...(await samplesBySet(flags)).values()].flatMap((all) => drawn(all, flags.count));
  output.note(`detecting faces in the images of ${samples.length} labelled faces`);
  const predictor: Predictor = await createPredictor(
    { ...found, card: withDetectorBoxes(found.card, {}) },
    { detector, flipTest: false, ...detectionOf(flags) },
  );
  const fit = await fitDetectorBoxes(predictor, samples, { signal }).finally(() => predictor.close());
  const { adjustment, faces, missed, extra, meanIou } = fit;
  const card = withDetectorBoxes(found.card, { [detector.card.name]: adjustment });
  let registered: ModelCard | null = null;
  if (flags.register) {
    // The file is the same: the version says that the card is not.
    const version = `${found.card.version}-boxes`;
    const embedded = await openEmbedded({ folder: config.dataFolder });
    try {
      registered = await registerModel(embedded.stores.models, DEFAULT_PROJECT, { ...card, version }, found.bytes);
      await setAlias(embedded.stores.models, DEFAULT_PROJECT, card.name, PRODUCTION, version);
    } finally {
      await embedded.close();
    }
  }
  output.result(
    {
      detector: detector.card.name,
      ...fit,
      registered: registered && { name: registered.name, version: registered.version },
    },
    [
      `"detectorBoxes": ${JSON.stringify({ [detector.card.name]: adjustment })}`,
      `${faces} faces paired, ${missed} missed, ${extra} boxes beyond the labels; mean IoU ${meanIou.before.toFixed(3)} before, ${meanIou.after.toFixed(3)} after`,
      ...(registered ? [`registered ${registered.name}@${registered.version}, alias ${PRODUCTION}`] : []),
    ].join('\n'),
  );
}
