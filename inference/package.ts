/** A model package in memory: an ONNX file and the card that describes it, held to each other. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FiducialError } from '../domain/errors.ts';
import { type ModelCard, modelCardSchema } from '../domain/modelCard.ts';
import { type SplitRecord, splitRecordSchema } from '../domain/split.ts';
import { sha256Of } from './digest.ts';

export interface ModelPackage {
  readonly card: ModelCard;
  /** The ONNX file. */
  readonly bytes: Uint8Array;
}

/** `card` as JSON. Throws INVALID_MODEL where it is not a card, or describes other bytes. */
export function checkedPackage(card: string | Uint8Array, bytes: Uint8Array, where: string): ModelPackage {
  const parsed = parsedCard(card, where);
  const digest = sha256Of(bytes);
  if (digest !== parsed.sha256) {
    throw new FiducialError(
      'INVALID_MODEL',
      `Expected the ONNX file of ${where} to have sha256 ${parsed.sha256}, as its card says, got ${digest}; ` +
        'fetch or train the model again',
      { ids: { model: parsed.name, version: parsed.version } },
    );
  }
  return { card: parsed, bytes };
}

/** Throws INVALID_MODEL. */
export function parsedCard(card: string | Uint8Array, where: string): ModelCard {
  const result = modelCardSchema.safeParse(parsedJson(card, where));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new FiducialError(
    'INVALID_MODEL',
    `Expected a model card in ${where}, got: ${issue?.message} at ${issue?.path.join('.') || 'its root'}; export it anew`,
    { cause: result.error },
  );
}

/** Throws INVALID_MODEL. */
export function parsedSplit(split: Uint8Array, where: string): SplitRecord {
  const result = splitRecordSchema.safeParse(parsedJson(split, where));
  if (result.success) return result.data;
  throw new FiducialError('INVALID_MODEL', `Expected {image, key, group, part} records in ${where}; train it anew`, {
    cause: result.error,
  });
}

export function parsedJson(text: string | Uint8Array, where: string): unknown {
  try {
    return JSON.parse(typeof text === 'string' ? text : Buffer.from(text).toString('utf8'));
  } catch (cause) {
    throw new FiducialError('INVALID_MODEL', `Expected JSON in ${where}, got other text; export it anew`, { cause });
  }
}

/** From a folder with `model.onnx` and `card.json`. Throws UNKNOWN_MODEL, INVALID_MODEL. */
export async function readPackage(folder: string): Promise<ModelPackage> {
  const [card, bytes] = await Promise.all(['card.json', 'model.onnx'].map((file) => readPart(folder, file)));
  return checkedPackage(card!, bytes!, folder);
}

async function readPart(folder: string, file: string): Promise<Buffer> {
  return await readFile(join(folder, file)).catch((cause: unknown) => {
    const message = `Expected a model package (model.onnx and card.json) in ${folder}, got no ${file}`;
    throw new FiducialError('UNKNOWN_MODEL', message, { cause });
  });
}
