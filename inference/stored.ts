/** Model packages in the object store, as training registers them: the card is written last. */
import { FiducialError, isFiducialError } from '../domain/errors.ts';
import { modelKeys } from '../domain/keys.ts';
import { aliasSchema, type ModelCard } from '../domain/modelCard.ts';
import { slugSchema } from '../domain/records.ts';
import type { SplitRecord } from '../domain/split.ts';
import type { Listing, ObjectStore } from '../storage/ports.ts';
import { parsedCard, parsedJson, parsedSplit } from './package.ts';
import type { ModelReference } from './reference.ts';

/**
 * A version wins over an alias of that name. Where neither is named it is what was promoted, otherwise the newest
 * version. Null where there is none. Throws INVALID_MODEL on a damaged card.
 */
export async function registeredCard(
  store: ObjectStore,
  owner: string,
  { name, at }: ModelReference,
): Promise<ModelCard | null> {
  if (at !== null) return (await cardOf(store, owner, name, at)) ?? (await aliasedCard(store, owner, name, at));
  const promoted = await aliasedCard(store, owner, name, PRODUCTION);
  if (promoted) return promoted;
  const newest = await newestVersion(store, owner, name);
  return newest === null ? null : await cardOf(store, owner, name, newest);
}

/** What `fiducial model promote` and `promoteModel` set by default. */
const PRODUCTION = 'production';

async function aliasedCard(store: ObjectStore, owner: string, name: string, alias: string): Promise<ModelCard | null> {
  const body = await bodyOf(store, modelKeys.alias(owner, name, alias));
  if (!body) return null;
  const where = `alias ${name}@${alias}`;
  const parsed = aliasSchema.safeParse(parsedJson(body, where));
  if (!parsed.success) throw new FiducialError('INVALID_MODEL', `Expected ${where} as it was set, got something else`);
  return await cardOf(store, owner, name, parsed.data.version);
}

/** Throws INVALID_MODEL where the card is there and the file is not. */
export async function registeredOnnx(store: ObjectStore, owner: string, { name, version }: ModelCard): Promise<Buffer> {
  const bytes = await bodyOf(store, modelKeys.onnx(owner, name, version));
  if (bytes) return bytes;
  throw new FiducialError(
    'INVALID_MODEL',
    `Expected an ONNX file beside the card of ${owner}/${name}@${version}, got none`,
  );
}

/** Null where the training run is not in this store, or kept no split. */
export async function trainingSplit(store: ObjectStore, owner: string, training: string): Promise<SplitRecord | null> {
  if (!slugSchema.safeParse(training).success) return null;
  const key = modelKeys.trainingFile(owner, training, 'split.json');
  const body = await bodyOf(store, key);
  return body && parsedSplit(body, key);
}

export async function registeredNames(store: ObjectStore, owner: string): Promise<string[]> {
  const prefix = modelKeys.models(owner);
  const names: string[] = [];
  for await (const { prefixes } of pages(store, prefix, '/')) {
    names.push(...prefixes.map((key) => key.slice(prefix.length, -1)));
  }
  return names;
}

async function cardOf(store: ObjectStore, owner: string, name: string, version: string): Promise<ModelCard | null> {
  const key = modelKeys.card(owner, name, version);
  const body = await bodyOf(store, key);
  return body && parsedCard(body, key);
}

/** By when its card was written. */
async function newestVersion(store: ObjectStore, owner: string, name: string): Promise<string | null> {
  const prefix = modelKeys.model(owner, name);
  let newest: { readonly version: string; readonly at: number } | null = null;
  for await (const { objects } of pages(store, prefix)) {
    for (const { key, modifiedAt } of objects) {
      const version = /^([^/]+)\/card\.json$/.exec(key.slice(prefix.length))?.[1];
      const at = modifiedAt.getTime();
      if (version !== undefined && (!newest || at > newest.at || (at === newest.at && version > newest.version))) {
        newest = { version, at };
      }
    }
  }
  return newest?.version ?? null;
}

async function* pages(store: ObjectStore, prefix: string, delimiter?: '/'): AsyncGenerator<Listing> {
  for (let after: string | null = null; ; ) {
    const page: Listing = await store.list({
      prefix,
      ...(after === null ? {} : { after }),
      ...(delimiter && { delimiter }),
    });
    yield page;
    if (page.next === null) return;
    after = page.next;
  }
}

async function bodyOf(store: ObjectStore, key: string): Promise<Buffer | null> {
  try {
    return (await store.get(key)).body;
  } catch (error) {
    if (isFiducialError(error, 'NOT_FOUND')) return null;
    throw error;
  }
}
