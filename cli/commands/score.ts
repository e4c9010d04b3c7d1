/** `fiducial score PATH...`: files or folders at once, no service needed. */

import { open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Command, Option } from 'commander';
import { FiducialError } from '../../domain/errors.ts';
import { CROP_RULES, type CropRule } from '../../domain/records.ts';
import { checkedPackage, type ModelPackage } from '../../inference/package.ts';
import type { ModelSources } from '../../scoring/models.ts';
import type { ScoringModel } from '../../scoring/ports.ts';
import type { ModelPayload } from '../../scoring/worker/protocol.ts';
import { findTruth, readTruth } from '../../training/data/readTruth.ts';
import { createChildScorer, modelSources } from '../childScorer.ts';
import { type CliContext, DEFAULT_PROJECT } from '../context.ts';
import { DEFAULT_MODEL } from '../defaults.ts';
import { EXIT } from '../exit.ts';
import { listImages } from '../images.ts';
import { openCatalog } from '../local.ts';
import { metricsJson, metricsTable } from '../metricsText.ts';
import { createOverlays } from '../overlays.ts';
import { fraction } from '../parse.ts';
import { type FileItem, planFiles, scoreFiles } from '../scoreFiles.ts';
import { filesWithDigests, parseSplit, splitDigests } from '../splits.ts';

interface ScoreFlags {
  readonly model: string;
  readonly crop?: CropRule;
  readonly truth?: string;
  readonly split?: string;
  readonly out?: string;
  readonly overlay?: string;
  readonly errorThreshold: number;
}

export function addScoreCommand(program: Command, context: CliContext): void {
  program
    .command('score')
    .description('keypoints of image files or folders; no service needed')
    .argument('<path...>')
    .option(
      '--model <reference>',
      'NAME, NAME@VERSION, NAME@ALIAS, or FILE.onnx with its card.json beside it',
      DEFAULT_MODEL,
    )
    .addOption(new Option('--crop <rule>', "default: the model card's").choices([...CROP_RULES]))
    .option('--truth <path>', 'ground truth: .pts or .asf beside the images, ibug XML, COCO, images.jsonl')
    .option('--split <run:part>', 'only the images that a training run kept for `test` (or `val`, `train`)')
    .option('--out <file.jsonl>', 'a line an item')
    .option('--overlay <dir>', 'draw the keypoints on each image')
    .option('--error-threshold <share>', 'exit 3 where a larger share of images fails', fraction, 0)
    .action((paths: string[], flags: ScoreFlags) => score(paths, flags, context));
}

async function score(paths: readonly string[], flags: ScoreFlags, context: CliContext): Promise<void> {
  const { config, output, signal } = context;
  if (flags.split) parseSplit(flags.split);
  const { catalog, embedded, close } = await openCatalog(config.dataFolder);
  const sources = modelSources(catalog);
  const loaded = await loadModel(flags.model, catalog);
  const scorer = createChildScorer(catalog, {
    loadModel: (model) => payloadOf(model, loaded, sources),
  });
  try {
    const model = await scoringModel(loaded, flags.crop, sources);
    let files = await listImages(paths);
    if (flags.split) {
      if (!embedded)
        throw new FiducialError(
          'NOT_FOUND',
          `Expected a data folder with training runs at ${config.dataFolder}, found none`,
        );
      files = await filesWithDigests(files, await splitDigests(embedded.stores.models, DEFAULT_PROJECT, flags.split));
    }
    const truth = flags.truth ? await readTruth(flags.truth) : null;
    const items = planFiles(files, (file) => (truth ? findTruth(truth, file.key, file.path) : []), model.crop);
    const progress = output.progress('scoring', items.length);
    const lines = flags.out ? await open(flags.out, 'w') : null;
    const overlays = flags.overlay ? await createOverlays(flags.overlay, model.pin) : null;
    const scored = await scoreFiles(items, {
      scorer,
      model,
      signal,
      imagesSeen: truth ? await catalog.imagesSeen(loaded.owner, loaded.card) : null,
      onPrediction: async (prediction, item, done) => {
        progress.update(done, prediction.error ? `${prediction.key}: ${prediction.error.code}` : '');
        if (prediction.error) output.note(`${prediction.key}: ${prediction.error.code}: ${prediction.error.message}`);
        await lines?.write(`${JSON.stringify(prediction)}\n`);
        await overlays?.draw(item, prediction);
      },
    }).finally(async () => {
      progress.stop();
      await lines?.close();
    });
    const sheet = await overlays?.finish();
    report(items, scored, loaded, { sheet: sheet ?? null, ...flags }, context);
  } finally {
    await scorer.close();
    await close();
  }
}

function report(
  items: readonly FileItem[],
  { outcomes, metrics, seconds }: Awaited<ReturnType<typeof scoreFiles>>,
  { card }: ModelPackage,
  flags: ScoreFlags & { readonly sheet: string | null },
  { output, exitWith }: CliContext,
): void {
  const imagesPerSecond = items.length / seconds;
  output.result(
    {
      run: null,
      model: `${card.name}@${card.version}`,
      images: items.length,
      scored: outcomes.scored,
      failed: outcomes.failed,
      errors: outcomes.errors,
      imagesPerSecond,
      metrics: metrics ? metricsJson(metrics) : null,
    },
    [
      `${outcomes.scored} of ${items.length} images scored with ${card.name}@${card.version}, ${outcomes.faces} faces, ${imagesPerSecond.toFixed(0)} images a second`,
      ...Object.entries(outcomes.errors).map(([code, count]) => `${count} failed: ${code}`),
      ...(metrics ? [metricsTable(metrics)] : []),
      ...(flags.out ? [`predictions: ${flags.out}`] : []),
      ...(flags.sheet ? [`overlays: ${flags.overlay}, together in ${flags.sheet}`] : []),
      ...(card.licenceNote.includes('research') ? [card.licenceNote] : []),
    ].join('\n'),
  );
  if (outcomes.failed / items.length > flags.errorThreshold) exitWith(EXIT.aboveThreshold);
}

async function loadModel(
  reference: string,
  catalog: Awaited<ReturnType<typeof openCatalog>>['catalog'],
): Promise<ModelPackage & { owner: string }> {
  if (!reference.endsWith('.onnx')) return catalog.load(DEFAULT_PROJECT, reference);
  const read = (path: string, what: string) =>
    readFile(path).catch((cause: Error) => {
      throw new FiducialError('INVALID_MODEL', `Expected ${what} at ${path}, got: ${cause.message}`, { cause });
    });
  const card = await read(join(dirname(reference), 'card.json'), 'the card of the model beside it');
  return { owner: DEFAULT_PROJECT, ...checkedPackage(card, await read(reference, 'an ONNX file'), reference) };
}

async function scoringModel(
  { owner, card }: ModelPackage & { owner: string },
  rule: CropRule | undefined,
  sources: ModelSources,
): Promise<ScoringModel> {
  const { name, version, sha256, layout, points } = card;
  const pin = { owner, name, version, sha256, layout, points };
  const crop = rule ?? card.crop;
  const detector = crop === 'detect' ? (await sources.detector()).card.sha256 : null;
  return { pin, crop, detector };
}

/** The package is at hand already: a file need not be registered to be scored with. */
async function payloadOf(
  model: ScoringModel,
  { card, bytes }: ModelPackage,
  sources: ModelSources,
): Promise<ModelPayload> {
  const payload = { model, card: JSON.stringify(card), bytes };
  if (model.crop !== 'detect') return payload;
  const detector = await sources.detector();
  return { ...payload, detector: { card: JSON.stringify(detector.card), bytes: detector.bytes } };
}
