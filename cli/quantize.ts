/** Calibration crops for quantisation, by the crop that scoring runs; the int8 package beside the float one. */
import { join } from 'node:path';
import type { ModelPackage } from '../inference/package.ts';
import { openSession } from '../inference/runtime.ts';
import { openEmbedded } from '../storage/embedded/index.ts';
import { createRng, shuffledIndices } from '../training/augment/rng.ts';
import { partOf } from '../training/check/checkModel.ts';
import { buildCanvases } from '../training/data/canvas.ts';
import { readDataset } from '../training/data/readDataset.ts';
import { quantizeOnnx } from '../training/onnx/quantize.ts';
import type { ImageBatch } from '../training/onnx/session.ts';
import { quantizedCard, registerModel } from '../training/registry.ts';
import { type CliContext, DEFAULT_PROJECT } from './context.ts';
import { openCatalog } from './local.ts';

const CALIBRATION_IMAGES = 256;
const BATCH = 16;

export async function quantizeCommand(
  reference: string,
  flags: { data: string; percentile: number },
  context: CliContext,
): Promise<void> {
  const { config, output } = context;
  const { catalog, close } = await openCatalog(config.dataFolder);
  const found = await catalog.load(DEFAULT_PROJECT, reference).finally(close);
  output.note(`calibrating on up to ${CALIBRATION_IMAGES} images of ${flags.data}`);
  const { onnxBytes, nodes } = await quantizePackage(found, flags.data, flags.percentile);
  const card = quantizedCard(found.card, onnxBytes);
  const embedded = await openEmbedded({ folder: config.dataFolder });
  try {
    await registerModel(embedded.stores.models, DEFAULT_PROJECT, card, onnxBytes);
  } finally {
    await embedded.close();
  }
  output.result(
    {
      name: card.name,
      version: card.version,
      sha256: card.sha256,
      bytes: card.bytes,
      floatBytes: found.card.bytes,
      int8Nodes: nodes,
    },
    `registered ${card.name}@${card.version}: ${(card.bytes / 1e6).toFixed(1)} MB (float ${(found.card.bytes / 1e6).toFixed(1)} MB); measure it with \`fiducial model check\``,
  );
}

export async function quantizePackage({ card, bytes }: ModelPackage, data: string, percentile: number) {
  // Of the training part: the int8 model has not seen the test either.
  const samples = await partOf(await readDataset(data), 'train');
  const usable = samples.filter(({ box }) => card.crop === 'whole' || box !== null);
  const chosen = [...shuffledIndices(usable.length, createRng(1)).subarray(0, CALIBRATION_IMAGES)].map(
    (i) => usable[i]!,
  );
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

export function packageFolder(root: string, name: string): string {
  return join(root, 'models', name);
}
