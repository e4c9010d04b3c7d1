/** Objects of the training ledger: absence and lost races are values, not errors. */
import type { z } from 'zod';
import { FiducialError, isFiducialError } from '../../domain/errors.ts';
import type { ObjectStore } from '../../storage/ports.ts';

/** Null where there is nothing. CORRUPT_STORE where it is not of this schema. */
export async function readRecord<T>(store: ObjectStore, key: string, schema: z.ZodType<T>): Promise<T | null> {
  try {
    return schema.parse(JSON.parse((await store.get(key)).body.toString('utf8')));
  } catch (cause) {
    if (isFiducialError(cause, 'NOT_FOUND')) return null;
    if (isFiducialError(cause)) throw cause;
    throw new FiducialError('CORRUPT_STORE', `Expected ${key} as training writes it, got something else`, { cause });
  }
}

/** False where it was there already. */
export async function createRecord(store: ObjectStore, key: string, value: unknown): Promise<boolean> {
  try {
    const options = { condition: { ifAbsent: true }, contentType: 'application/json' } as const;
    await store.put(key, JSON.stringify(value), options);
    return true;
  } catch (error) {
    if (isFiducialError(error, 'PRECONDITION_FAILED')) return false;
    throw error;
  }
}
