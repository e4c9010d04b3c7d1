/** The face detector's package: `models/detector/{model.onnx,card.json}`. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { FiducialError } from '../domain/errors.ts';
import { sha256Schema } from '../domain/records.ts';
import { sha256Of } from './digest.ts';
import { parsedJson } from './package.ts';

const channel = z.int().min(0).max(255);

export const detectorCardSchema = z.object({
  name: z.string(),
  version: z.string(),
  /** Of `model.onnx`. */
  sha256: sha256Schema,
  description: z.string(),
  licence: z.string(),
  input: z.object({
    name: z.literal('image'),
    /** Side of the square that it sees. Another multiple of `multipleOf` does too. */
    size: z.int().positive(),
    multipleOf: z.int().positive(),
    /** Where the image lies in that square; the rest is fill. */
    placement: z.literal('top-left'),
    fill: z.tuple([channel, channel, channel]),
  }),
  output: z.object({
    name: z.string(),
    /** Pixels of the input a cell of the grid. */
    stride: z.int().positive(),
    encoding: z.tuple([z.literal('x'), z.literal('y'), z.literal('width'), z.literal('height'), z.literal('score')]),
    /** Width and height in cells. */
    anchors: z.array(z.tuple([z.number().positive(), z.number().positive()])).min(1),
  }),
  iouThreshold: z.number().min(0).max(1),
});
export type DetectorCard = z.infer<typeof detectorCardSchema>;

export interface DetectorPackage {
  readonly card: DetectorCard;
  readonly bytes: Uint8Array;
}

/** Throws UNKNOWN_MODEL where there is none, INVALID_MODEL where it is damaged. */
export async function readDetectorPackage(folder: string): Promise<DetectorPackage> {
  const [card, bytes] = await Promise.all(
    ['card.json', 'model.onnx'].map((file) =>
      readFile(join(folder, file)).catch((cause: unknown) => {
        const message = `Expected the face detector in ${folder}, got no ${file}; run the set-up (npm run prestart)`;
        throw new FiducialError('UNKNOWN_MODEL', message, { cause });
      }),
    ),
  );
  return checkedDetector(card!, bytes!, folder);
}

/** `card` as JSON. Throws INVALID_MODEL. */
export function checkedDetector(card: string | Uint8Array, bytes: Uint8Array, where: string): DetectorPackage {
  const parsed = detectorCardSchema.safeParse(parsedJson(card, where));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const got = `${issue?.message} at ${issue?.path.join('.')}`;
    throw new FiducialError('INVALID_MODEL', `Expected a detector card in ${where}, got: ${got}`);
  }
  const digest = sha256Of(bytes);
  if (digest !== parsed.data.sha256) {
    const message = `Expected the detector of ${where} to have sha256 ${parsed.data.sha256}, got ${digest}`;
    throw new FiducialError('INVALID_MODEL', message);
  }
  return { card: parsed.data, bytes };
}
