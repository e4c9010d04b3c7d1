/** A model package as a plain folder, as `models/` ships them: `model.onnx` and `card.json`. */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FiducialError } from '../domain/errors.ts';
import { type ModelCard, modelCardSchema } from '../domain/modelCard.ts';
import { writeWhole } from '../storage/wholeFile.ts';
import { checkCard } from './packageCard.ts';

/**
 * Writes (or replaces) the package in `folder`, each file whole or not at all, the card last. Throws INVALID_MODEL
 * where the card does not describe these bytes.
 */
export async function writePackage(folder: string, card: ModelCard, onnxBytes: Uint8Array): Promise<void> {
  const checked = checkCard(card, onnxBytes);
  await mkdir(folder, { recursive: true });
  await writeWhole(join(folder, 'model.onnx'), onnxBytes);
  await writeWhole(join(folder, 'card.json'), `${JSON.stringify(checked, null, 2)}\n`);
}

/** Throws UNKNOWN_MODEL where the folder has no package, INVALID_MODEL where its files do not fit each other. */
export async function readPackage(folder: string): Promise<{ card: ModelCard; onnxBytes: Uint8Array }> {
  const read = async (file: string) => {
    try {
      return await readFile(join(folder, file));
    } catch (cause) {
      throw new FiducialError('UNKNOWN_MODEL', `Expected a model package in ${folder}, got no ${file}`, { cause });
    }
  };
  const [text, onnxBytes] = [await read('card.json'), await read('model.onnx')];
  try {
    return { card: checkCard(modelCardSchema.parse(JSON.parse(text.toString('utf8'))), onnxBytes), onnxBytes };
  } catch (cause) {
    if (cause instanceof FiducialError) throw cause;
    throw new FiducialError('INVALID_MODEL', `Expected a model card in ${folder}/card.json, got none`, { cause });
  }
}
