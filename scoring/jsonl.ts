/** JSON Lines, with the place of each line, so that one line of a large object can be read by a range request. */
import type { Readable } from 'node:stream';
import type { z } from 'zod';
import { FiducialError } from '../domain/errors.ts';

const NEWLINE = 0x0a;

/** Bytes `from` to `to`, both included, without the line break: what a range request takes. */
export interface LinePlace {
  readonly from: number;
  readonly to: number;
}

export function encodeLines(values: readonly unknown[]): Buffer {
  return Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(''));
}

/** Empty lines are not lines. */
export function linePlaces(body: Buffer): LinePlace[] {
  const places: LinePlace[] = [];
  let from = 0;
  while (from < body.length) {
    const end = body.indexOf(NEWLINE, from);
    const to = end === -1 ? body.length : end;
    if (to > from) places.push({ from, to: to - 1 });
    from = to + 1;
  }
  return places;
}

/** CORRUPT_STORE where a line is not what was written there. `name` is the object's key, for the message. */
export function decodeLines<T>(body: Buffer, schema: z.ZodType<T>, name: string): T[] {
  return linePlaces(body).map(({ from, to }) => decodeJson(body.subarray(from, to + 1), schema, name));
}

/** CORRUPT_STORE where the body is not JSON of this schema. */
export function decodeJson<T>(body: Buffer, schema: z.ZodType<T>, name: string): T {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new FiducialError('CORRUPT_STORE', `Expected JSON in ${name}, got something else`, { cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new FiducialError('CORRUPT_STORE', `Expected another shape in ${name}: ${parsed.error.message}`, {
    cause: parsed.error,
  });
}

export interface Line {
  /** From 1, as editors count. */
  readonly number: number;
  readonly text: string;
}

/**
 * The lines of a stream, blank ones left out, with at most one line and one chunk in memory.
 * INVALID_MANIFEST on a line longer than `maxLineBytes`.
 */
export async function* streamLines(body: Readable, maxLineBytes = 1_000_000): AsyncGenerator<Line> {
  let number = 0;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of body) {
    let data = rest.length > 0 ? Buffer.concat([rest, chunk as Buffer]) : (chunk as Buffer);
    for (let end = data.indexOf(NEWLINE); end !== -1; end = data.indexOf(NEWLINE)) {
      number++;
      const text = data.toString('utf8', 0, end).trim();
      if (text !== '') yield { number, text };
      data = data.subarray(end + 1);
    }
    if (data.length > maxLineBytes) {
      throw new FiducialError(
        'INVALID_MANIFEST',
        `Expected lines of at most ${maxLineBytes} bytes, got a longer one as line ${number + 1}`,
      );
    }
    rest = data;
  }
  const last = rest.toString('utf8').trim();
  if (last !== '') yield { number: number + 1, text: last };
}
