/** Calibration crops for quantisation, by the crop that scoring runs; the int8 package beside the float one. */
import { FiducialError } from '../domain/errors.ts';
import type { ModelCard } from '../domain/modelCard.ts';
import type { ModelPackage } from '../inference/package.ts';
import { createPredictor } from '../inference/predictor.ts';
import { openSession } from '../inference/runtime.ts';
import { openEmbedded } from '../storage/embedded/index.ts';
import { createRng, shuffledIndices } from '../training/augment/rng.ts';
import { partOf } from '../training/check/checkModel.ts';
import { type NamedMetrics, namedMetrics } from '../training/check/namedMetrics.ts';
import { buildCanvases } from '../training/data/canvas.ts';
import { readDataset } from '../training/data/readDataset.ts';
import type { Sample } from '../training/data/sample.ts';
import type { Part } from '../training/data/split.ts';
import { quantizeOnnx } from '../training/onnx/quantize.ts';
import type { ImageBatch } from '../training/onnx/session.ts';
import { writePackage } from '../training/packageFolder.ts';
import { quantizedCard, registerModel } from '../training/registry.ts';
import { type CliContext, DEFAULT_PROJECT } from './context.ts';
import { openPackage } from './openPackage.ts';

const CALIBRATION_IMAGES = 256;
const BATCH = 16;

export interface QuantizeFlags {
  /** To calibrate on: their training parts. */
  readonly data: readonly string[];
  readonly percentile: number;
  /** To measure both models on, by `part`; empty: not measured. */
  readonly measure: readonly string[];
  readonly part: Part | 'all';
  /** Folder that gets the package, instead of the data folder's models. */
  readonly out?: string;
}

export async function quantizeCommand(reference: string, flags: QuantizeFlags, context: CliContext): Promise<void> {
  const { output } = context;
  const float = await openPackage(reference, context);
  output.note(`calibrating on ${CALIBRATION_IMAGES} images at most of the training part of ${flags.data.join(', ')}`);
  const { onnxBytes, nodes } = await quantizePackage(float, flags.data, flags.percentile);
  const createdAt = new Date().toISOString();
  const draft = quantizedCard(float.card, onnxBytes, { createdAt });
  const metrics = await measured(float, { card: draft, bytes: onnxBytes }, flags, context);
  const card = quantizedCard(float.card, onnxBytes, { createdAt, metrics });
  await keep(card, onnxBytes, flags, context);
  const { name, version, sha256, bytes } = card;
  output.result(
    { name, version, sha256, bytes, floatBytes: float.card.bytes, int8Nodes: nodes, metrics },
    [
      `${flags.out ? `wrote ${flags.out}:` : 'registered'} ${name}@${version}, ${nodes.length} nodes in int8, ` +
        `${(bytes / 1e6).toFixed(1)} MB (float ${(float.card.bytes / 1e6).toFixed(1)} MB)`,
      ...(metrics.length > 0 ? metrics.map(describe) : ['not measured: give --measure, or `fiducial model check` it']),
    ].join('\n'),
  );
}

async function keep(card: ModelCard, bytes: Uint8Array, { out }: QuantizeFlags, { config }: CliContext): Promise<void> {
  if (out !== undefined) return await writePackage(out, card, bytes);
  const embedded = await openEmbedded({ folder: config.dataFolder });
  try {
    await registerModel(embedded.stores.models, DEFAULT_PROJECT, card, bytes);
  } finally {
    await embedded.close();
  }
}

/** Of the int8 model; each notes what the float model does on the same faces. */
async function measured(
  float: ModelPackage,
  int8: ModelPackage,
  { measure, part }: QuantizeFlags,
  { output, signal }: CliContext,
): Promise<NamedMetrics[]> {
  const rows: NamedMetrics[] = [];
  for (const path of measure) {
    const { dataset, samples } = await labelled(path, part);
    const set = part === 'all' ? dataset.name : `${dataset.name}, ${part} part`;
    output.note(`measuring float32 and int8 on ${samples.length} faces of ${set}`);
    const [exact, rounded] = [await on(float, set, samples, signal), await on(int8, set, samples, signal)];
    const { maePx, nme } = exact;
    const beside = [`MAE ${maePx?.toFixed(3) ?? '-'} px`, ...(nme.interOcular === undefined ? [] : [nmeText(nme)])];
    rows.push({
      ...rounded,
      note: `${rounded.note}; ${float.card.name} in float32 on the same faces: ${beside.join(', ')}`,
    });
  }
  return rows;
}

/** Throws INVALID_INPUT where the part is empty. */
async function labelled(path: string, part: Part | 'all') {
  const dataset = await readDataset(path);
  const samples = await partOf(dataset, part);
  if (samples.length > 0) return { dataset, samples };
  const where = part === 'all' ? path : `the ${part} part of ${path}`;
  throw new FiducialError('INVALID_INPUT', `Expected labelled faces in ${where}, got none; choose other data`);
}

async function on(model: ModelPackage, set: string, samples: readonly Sample[], signal: AbortSignal) {
  const predictor = await createPredictor(model);
  return await namedMetrics(predictor, model.card, set, samples, { signal }).finally(() => predictor.close());
}

function nmeText({ interOcular }: NamedMetrics['nme']): string {
  return `NME ${(interOcular! * 100).toFixed(3)} %`;
}

function describe({ set, n, missed, maePx, nme, note }: NamedMetrics): string {
  const error = nme.interOcular === undefined ? '' : `, ${nmeText(nme)}`;
  return `on ${set}: ${n} faces, ${missed} missed, MAE ${maePx?.toFixed(3) ?? '-'} px${error} (${note})`;
}

/** `data`: folders or annotation files. Throws INVALID_INPUT where their training parts have nothing to calibrate on. */
export async function quantizePackage(
  { card, bytes }: ModelPackage,
  data: string | readonly string[],
  percentile: number,
) {
  // Of the training part: the int8 model has not seen the test either.
  const paths = typeof data === 'string' ? [data] : data;
  const parts = await Promise.all(paths.map((path) => labelled(path, 'train')));
  const usable = parts.flatMap(({ samples }) => samples).filter(({ box }) => card.crop === 'whole' || box !== null);
  if (usable.length === 0) {
    const message = `Expected boxes in ${paths.join(', ')}, since ${card.name} looks at boxes, got none; choose other data`;
    throw new FiducialError('INVALID_INPUT', message);
  }
  const order = [...shuffledIndices(usable.length, createRng(1)).subarray(0, CALIBRATION_IMAGES)];
  const chosen = order.map((i) => usable[i]!);
  const { width, height } = card.input;
  const canvases = await buildCanvases(chosen, card.input, card.crop === 'whole' ? 'whole' : 'box');
  const size = width * height * 3;
  const calibration: ImageBatch[] = [];
  for (let from = 0; from < chosen.length; from += BATCH) {
    const count = Math.min(BATCH, chosen.length - from);
    calibration.push({
      data: canvases.pixels.slice(from * size, (from + count) * size),
      shape: [count, height, width, 3],
    });
  }
  return quantizeOnnx(bytes, { open: openSession, calibration, percentile });
}
