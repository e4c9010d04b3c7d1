/** The card file that someone writes for an ONNX file from elsewhere: a model card, and how the graph differs from ours. */
import { z } from 'zod';
import { FiducialError } from '../../domain/errors.ts';
import { cropSpecSchema, modelCardSchema } from '../../domain/modelCard.ts';
import { isoDateSchema } from '../../domain/records.ts';
import type { ForeignConventions } from './adapt.ts';
import type { ForeignCard } from './importModel.ts';

const channels = z.union([z.literal(1), z.literal(3)]).default(3);

/** What a person need not say has a default. */
const cardSchema = z.strictObject({
  ...modelCardSchema.omit({ sha256: true, bytes: true, parityError: true }).shape,
  description: z.string().default(''),
  input: z.strictObject({ ...cropSpecSchema.shape, channels }),
  codec: z.literal('crop-units').default('crop-units'),
  recipe: z.string().nullable().default(null),
  trainingRun: z.string().nullable().default(null),
  data: modelCardSchema.shape.data.default([]),
  metrics: modelCardSchema.shape.metrics.default([]),
  createdAt: isoDateSchema.default(() => new Date().toISOString()),
});

const factors = z.array(z.number()).min(1).max(3);
const conventionsSchema = z
  .strictObject({
    layout: z.enum(['NCHW', 'NHWC']),
    colour: z.enum(['RGB', 'BGR', 'grey']),
    mean: factors,
    std: z.array(z.number().positive()).min(1).max(3),
    units: z.enum(['crop', 'pixels', 'centred']),
    output: z.string().optional(),
  })
  .refine(({ colour, mean, std }) => [mean, std].every(({ length }) => length === (colour === 'grey' ? 1 : 3)), {
    message: 'mean and std need a value a channel of colour: 3, or 1 of grey',
  });

const fileSchema = z.object({ conventions: conventionsSchema.optional() }).loose();

export interface ForeignFile {
  readonly card: ForeignCard;
  readonly conventions?: ForeignConventions;
}

/** `file` is for messages. Throws INVALID_INPUT, which names the field. */
export function parseForeignCard(text: string, file: string): ForeignFile {
  const { conventions, ...rest } = parsed(fileSchema, jsonOf(text, file), file);
  const card = parsed(cardSchema, rest, file);
  if (!conventions) return { card };
  const { output, ...others } = conventions;
  return { card, conventions: output === undefined ? others : { ...others, output } };
}

function jsonOf(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FiducialError('INVALID_INPUT', `Expected a JSON card in ${file}, got: ${(cause as Error).message}`, {
      cause,
    });
  }
}

function parsed<T>(schema: z.ZodType<T>, value: unknown, file: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  throw new FiducialError(
    'INVALID_INPUT',
    `Expected a model card in ${file}, got at ${path.join('.') || 'its root'}: ${message}; it needs name, version, ` +
      'layout, points, input {width, height}, crop, licenceNote, and `conventions` where the graph is not as ours',
    { cause: result.error },
  );
}
