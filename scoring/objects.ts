/** Reading and writing ledger objects: absence and lost races are values here, not errors. */
import type { z } from 'zod';
import { isFiducialError } from '../domain/errors.ts';
import type { ObjectInfo, ObjectStore } from '../storage/ports.ts';
import { decodeJson } from './jsonl.ts';

/** Null where there is nothing. CORRUPT_STORE where it is not of this schema. */
export async function readJson<T>(store: ObjectStore, key: string, schema: z.ZodType<T>): Promise<T | null> {
  const body = await readBody(store, key);
  return body && decodeJson(body, schema, key);
}

/** Null where there is nothing. */
export async function readBody(store: ObjectStore, key: string): Promise<Buffer | null> {
  try {
    return (await store.get(key)).body;
  } catch (error) {
    if (isFiducialError(error, 'NOT_FOUND')) return null;
    throw error;
  }
}

export async function exists(store: ObjectStore, key: string): Promise<boolean> {
  return (await store.head(key)) !== null;
}

/** True where this call created the object, false where it was there already. */
export async function createObject(store: ObjectStore, key: string, body: Buffer | string): Promise<boolean> {
  try {
    await store.put(key, body, { condition: { ifAbsent: true }, contentType: contentTypeOf(key) });
    return true;
  } catch (error) {
    if (isFiducialError(error, 'PRECONDITION_FAILED')) return false;
    throw error;
  }
}

export function createJson(store: ObjectStore, key: string, value: unknown): Promise<boolean> {
  return createObject(store, key, JSON.stringify(value));
}

export function contentTypeOf(key: string): string {
  return key.endsWith('.jsonl') ? 'application/jsonl' : 'application/json';
}

/** Every object below a prefix, a LIST a thousand. */
export async function* listAll(store: ObjectStore, prefix: string, after?: string): AsyncGenerator<ObjectInfo> {
  let from = after;
  do {
    const page = await store.list({ prefix, ...(from === undefined ? {} : { after: from }) });
    yield* page.objects;
    from = page.next ?? undefined;
  } while (from !== undefined);
}

/** The first segments below a prefix. */
export async function listFolders(store: ObjectStore, prefix: string): Promise<string[]> {
  const folders: string[] = [];
  let after: string | undefined;
  do {
    const page = await store.list({ prefix, delimiter: '/', ...(after === undefined ? {} : { after }) });
    folders.push(...page.prefixes.map((one) => one.slice(prefix.length, -1)));
    after = page.next ?? undefined;
  } while (after !== undefined);
  return folders;
}
