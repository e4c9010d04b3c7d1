/**
 * Idempotency keys. The first call with a key pins its time and a hash; every id that the operation makes is derived
 * from these two, so a replay writes the same keys again and changes nothing, even where the first call died halfway.
 */
import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { FiducialError } from '../domain/errors.ts';
import { apiKeys } from '../domain/keys.ts';
import { createJson, readJson } from '../scoring/objects.ts';
import { parseInput } from './input.ts';
import type { ApiContext } from './ports.ts';
import { firstCallSchema } from './records.ts';

/** What ids are made of. */
export interface Pinned {
  readonly at: Date;
  /** a-z, 0-9. */
  readonly unique: string;
}

const keySchema = z.string().regex(/^[\x21-\x7e]{1,128}$/, 'expected 1 to 128 visible ASCII characters');

/** Of the argument, in the schema. */
export const IDEMPOTENCY =
  'Repeating the call with the same key and arguments does nothing twice and answers the same.';

/** INVALID_INPUT where the key came with other arguments before. `project` has been checked. */
export async function pinCall(
  { parts, caller }: ApiContext,
  operation: string,
  project: string,
  input: { readonly idempotencyKey?: string | null | undefined },
): Promise<Pinned> {
  if (input.idempotencyKey == null) return { at: parts.now(), unique: randomBytes(8).toString('hex') };
  const key = parseInput(keySchema, input.idempotencyKey, 'idempotencyKey');
  const hash = digest(caller.id, operation, key);
  const place = apiKeys.firstCall(project, hash);
  const own = { operation, arguments: digest(JSON.stringify(input)), at: parts.now().toISOString() };
  const created = await createJson(parts.stores.results, place, own);
  const first = created ? own : await readJson(parts.stores.results, place, firstCallSchema);
  if (!first)
    throw new FiducialError('UNAVAILABLE', 'Expected the first call of this idempotency key, found none; try again');
  if (first.arguments === own.arguments) return { at: new Date(first.at), unique: hash.slice(0, 16) };
  throw new FiducialError(
    'INVALID_INPUT',
    `Expected the arguments that \`idempotencyKey\` "${key}" came with first, got others`,
  );
}

function digest(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
