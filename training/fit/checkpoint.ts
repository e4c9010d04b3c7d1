/**
 * A checkpoint: everything that a run needs to go on as if it had never stopped. One file: a line of JSON (sizes,
 * digest, position, recipe), then the arrays as little-endian float32, one after the other.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { FiducialError } from '../../domain/errors.ts';

const epochSchema = z.object({
  epoch: z.int().min(0),
  /** Mean over the epoch's batches. */
  trainLoss: z.number(),
  learningRate: z.number(),
  seconds: z.number(),
  /** Of those: how long the network stood idle until a batch was ready. */
  waitedSeconds: z.number().optional(),
  /** What `evaluate` measured. NaN where there is no such figure (NME of one point), which JSON writes as null. */
  metrics: z.record(
    z.string(),
    z
      .number()
      .nullable()
      .transform((value) => value ?? Number.NaN),
  ),
});
export type EpochRecord = z.infer<typeof epochSchema>;

const positionSchema = z.object({
  /** The epoch to go on with, from 0, and how many of its steps are done. */
  epoch: z.int().min(0),
  step: z.int().min(0),
  /** Sum of the losses of those steps. */
  lossSum: z.number(),
  /** Moving average of the loss, for noticing that it explodes; null before the first step. */
  typicalLoss: z.number().nullable(),
  optimiserStep: z.int().min(0),
  history: z.array(epochSchema),
  /** The best value of the metric that chooses, and its epoch. */
  best: z.object({ epoch: z.int(), value: z.number() }).nullable(),
});
export type Position = z.infer<typeof positionSchema>;

const headerSchema = z.object({
  format: z.literal('fiducial-checkpoint-1'),
  sha256: z.string(),
  architecture: z.string(),
  /** As the run was asked for; whoever resumes compares. */
  recipe: z.unknown(),
  position: positionSchema,
  arrays: z.array(z.object({ name: z.string(), length: z.int().min(0) })),
});

export interface Checkpoint {
  readonly architecture: string;
  readonly recipe: unknown;
  readonly position: Position;
  /** `value/NAME`, `first/NAME`, `second/NAME` (moments), `average/NAME`. */
  readonly arrays: ReadonlyMap<string, Float32Array>;
}

export function encodeCheckpoint({ arrays, ...rest }: Checkpoint): Uint8Array {
  const body = Buffer.concat(
    [...arrays.values()].map((array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength)),
  );
  const sha256 = createHash('sha256').update(body).digest('hex');
  const sizes = [...arrays].map(([name, { length }]) => ({ name, length }));
  const header = { format: 'fiducial-checkpoint-1', sha256, ...rest, arrays: sizes };
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), body]);
}

/** Throws FiducialError CORRUPT_STORE where the bytes are no checkpoint, or not all of one. */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const end = bytes.indexOf(0x0a);
  const header = headerSchema.safeParse(parseJson(bytes.subarray(0, Math.max(0, end))));
  if (!header.success) {
    throw new FiducialError(
      'CORRUPT_STORE',
      'Expected a checkpoint of Fiducial, got other bytes: start from an earlier one',
    );
  }
  const body = Uint8Array.from(bytes.subarray(end + 1)); // a copy, aligned for float32 (a Buffer's slice is neither)
  if (createHash('sha256').update(body).digest('hex') !== header.data.sha256) {
    throw new FiducialError(
      'CORRUPT_STORE',
      'Expected the digest of the checkpoint to match its bytes, got another: start from an earlier one',
    );
  }
  const arrays = new Map<string, Float32Array>();
  let offset = 0;
  for (const { name, length } of header.data.arrays) {
    arrays.set(name, new Float32Array(body.buffer, body.byteOffset + offset, length));
    offset += 4 * length;
  }
  const { architecture, recipe, position } = header.data;
  return { architecture, recipe, position, arrays };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return null;
  }
}

/** Those of one kind, without the prefix: `arraysOf(checkpoint, 'average')`. */
export function arraysOf(
  { arrays }: Pick<Checkpoint, 'arrays'>,
  kind: 'value' | 'first' | 'second' | 'average',
): Map<string, Float32Array> {
  const prefix = `${kind}/`;
  return new Map(
    [...arrays].filter(([name]) => name.startsWith(prefix)).map(([name, array]) => [name.slice(prefix.length), array]),
  );
}

/** The parameters that a checkpoint would ship: its moving average where there is one. */
export function trainedValues(checkpoint: Checkpoint): Map<string, Float32Array> {
  const average = arraysOf(checkpoint, 'average');
  return average.size > 0 ? average : arraysOf(checkpoint, 'value');
}
