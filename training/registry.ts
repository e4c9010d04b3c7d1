/**
 * Model packages in a store: `<owner>/models/<name>/<version>/{model.onnx,card.json}`, and aliases beside them. The
 * card is written last, so a version exists when its card does. Versions never change; aliases are swapped.
 */
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { FiducialError, isFiducialError } from '../domain/errors.ts';
import { modelKeys } from '../domain/keys.ts';
import { type Alias, aliasSchema, type ModelCard, modelCardSchema } from '../domain/modelCard.ts';
import type { ObjectInfo, ObjectStore } from '../storage/ports.ts';
import { checkCard, sha256Of } from './packageCard.ts';

export { type CardDraft, checkCard, quantizedCard, sealCard, sha256Of, versionOf } from './packageCard.ts';

export const PRODUCTION = 'production';
const SWAP_ATTEMPTS = 8;

/**
 * Writes a package if it is absent. Registering the same file again gives the card that is there already; another file
 * under the same version is ALREADY_EXISTS. Throws INVALID_MODEL as `checkCard`.
 */
export async function registerModel(
  store: ObjectStore,
  owner: string,
  card: ModelCard,
  onnxBytes: Uint8Array,
): Promise<ModelCard> {
  const checked = checkCard(card, onnxBytes);
  const { name, version } = checked;
  const onnx = Buffer.from(onnxBytes.buffer, onnxBytes.byteOffset, onnxBytes.byteLength);
  const onnxKey = modelKeys.onnx(owner, name, version);
  if (!(await putIfAbsent(store, onnxKey, onnx, 'application/octet-stream'))) {
    const there = sha256Of((await store.get(onnxKey)).body);
    if (there !== checked.sha256) throw taken(checked, there);
  }
  const body = `${JSON.stringify(checked, null, 2)}\n`;
  if (await putIfAbsent(store, modelKeys.card(owner, name, version), body, 'application/json')) return checked;
  const there = await readCard(store, owner, name, version);
  if (there.sha256 !== checked.sha256) throw taken(checked, there.sha256);
  return there;
}

function taken({ name, version, sha256 }: ModelCard, there: string): FiducialError {
  const message = `Expected ${name}@${version} to be new or to be ${sha256}, got ${there} registered; choose another version`;
  return new FiducialError('ALREADY_EXISTS', message, { ids: { model: name, version } });
}

async function putIfAbsent(store: ObjectStore, key: string, body: Buffer | string, contentType: string) {
  try {
    await store.put(key, body, { condition: { ifAbsent: true }, contentType });
    return true;
  } catch (error) {
    if (isFiducialError(error, 'PRECONDITION_FAILED')) return false;
    throw error;
  }
}

/** Throws UNKNOWN_MODEL where there is none, INVALID_MODEL where it is damaged. */
export async function readCard(store: ObjectStore, owner: string, name: string, version: string): Promise<ModelCard> {
  const found = await readJson(store, modelKeys.card(owner, name, version), modelCardSchema);
  if (found) return found.value;
  throw new FiducialError('UNKNOWN_MODEL', `Expected a model ${owner}/${name}@${version}, got none`, {
    ids: { model: name, version },
  });
}

async function readJson<T>(store: ObjectStore, key: string, schema: z.ZodType<T>) {
  try {
    const { body, etag } = await store.get(key);
    return { value: schema.parse(JSON.parse(body.toString('utf8'))), etag };
  } catch (error) {
    if (isFiducialError(error, 'NOT_FOUND')) return null;
    if (isFiducialError(error)) throw error;
    throw new FiducialError('INVALID_MODEL', `Expected ${key} as it was registered, got something else`, {
      cause: error,
    });
  }
}

export interface RegisteredVersion {
  readonly version: string;
  readonly registeredAt: Date;
}

/** Versions of a model, newest first. Empty where there is no such model. */
export async function listVersions(store: ObjectStore, owner: string, name: string): Promise<RegisteredVersion[]> {
  const prefix = modelKeys.model(owner, name);
  const versions: RegisteredVersion[] = [];
  for await (const { key, modifiedAt } of objectsUnder(store, prefix)) {
    const match = /^([^/]+)\/card\.json$/.exec(key.slice(prefix.length));
    if (match) versions.push({ version: match[1]!, registeredAt: modifiedAt });
  }
  return versions.sort(
    (a, b) => b.registeredAt.getTime() - a.registeredAt.getTime() || (a.version < b.version ? 1 : -1),
  );
}

/** Names of an owner's models, in order. */
export async function listModels(store: ObjectStore, owner: string): Promise<string[]> {
  const prefix = modelKeys.models(owner);
  const names: string[] = [];
  for (let after: string | undefined; ; ) {
    const page = await store.list({ prefix, delimiter: '/', ...(after === undefined ? {} : { after }) });
    names.push(...page.prefixes.map((key) => key.slice(prefix.length, -1)));
    if (page.next === null) return names;
    after = page.next;
  }
}

async function* objectsUnder(store: ObjectStore, prefix: string): AsyncGenerator<ObjectInfo> {
  for (let after: string | undefined; ; ) {
    const page = await store.list({ prefix, ...(after === undefined ? {} : { after }) });
    yield* page.objects;
    if (page.next === null) return;
    after = page.next;
  }
}

/** Null where the alias was never set. */
export async function readAlias(store: ObjectStore, owner: string, name: string, alias: string): Promise<Alias | null> {
  return (await readJson(store, modelKeys.alias(owner, name, alias), aliasSchema))?.value ?? null;
}

export interface SetAliasOptions {
  /** Refuse (PRECONDITION_FAILED) where the alias points elsewhere by now; null: where it is set at all. */
  readonly expected?: string | null;
  readonly now?: () => Date;
}

/**
 * Points an alias at a version by compare-and-swap. The nonce tells a refusal after a lost response, which was a
 * success, from another writer's. Throws UNKNOWN_MODEL where the version does not exist.
 */
export async function setAlias(
  store: ObjectStore,
  owner: string,
  name: string,
  alias: string,
  version: string,
  options: SetAliasOptions = {},
): Promise<Alias> {
  await readCard(store, owner, name, version);
  const key = modelKeys.alias(owner, name, alias);
  const nonce = randomUUID();
  for (let attempt = 0; attempt < SWAP_ATTEMPTS; attempt++) {
    const current = await readJson(store, key, aliasSchema);
    if (current?.value.nonce === nonce) return current.value;
    const there = current?.value.version ?? null;
    if (options.expected !== undefined && there !== options.expected) {
      const message = `Expected ${name}@${alias} to be ${options.expected ?? 'unset'}, got ${there ?? 'unset'}`;
      throw new FiducialError('PRECONDITION_FAILED', message, { ids: { model: name, alias } });
    }
    if (current && there === version) return current.value;
    const updatedAt = (options.now?.() ?? new Date()).toISOString();
    const next: Alias = { version, previous: there, nonce, updatedAt };
    const condition = current ? { ifMatch: current.etag } : ({ ifAbsent: true } as const);
    try {
      await store.put(key, JSON.stringify(next), { condition, contentType: 'application/json' });
      return next;
    } catch (error) {
      if (!isFiducialError(error, 'PRECONDITION_FAILED')) throw error;
    }
  }
  throw new FiducialError('UNAVAILABLE', `Expected to set ${name}@${alias}, others kept setting it; try again`);
}
