/** What `data` of a training job means: folders that this machine has, or data sets of the project in the store. */
import { createWriteStream } from 'node:fs';
import { access, mkdir, rename } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import pLimit from 'p-limit';
import { FiducialError } from '../../domain/errors.ts';
import { modelKeys } from '../../domain/keys.ts';
import type { ObjectInfo, ObjectStore } from '../../storage/ports.ts';

const REFERENCE = /^([a-z0-9][a-z0-9._-]{0,62})@([a-z0-9][a-z0-9._-]{0,62})$/;
const DOWNLOADS = 8;

export interface ResolveDataOptions {
  readonly store: ObjectStore;
  readonly project: string;
  /** Where data sets are kept; a complete one is not fetched again. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** Paths on this machine. Throws INVALID_DATASET where neither the folder nor the data set exists. */
export function resolveData(data: readonly string[], options: ResolveDataOptions): Promise<string[]> {
  return Promise.all(data.map((one) => resolveOne(one, options)));
}

async function resolveOne(reference: string, options: ResolveDataOptions): Promise<string> {
  const match = REFERENCE.exec(reference);
  if (match) return fetchDataset(match[1]!, match[2]!, options);
  await access(reference).catch(() => {
    throw new FiducialError(
      'INVALID_DATASET',
      `Expected a folder that the trainer can read, or NAME@VERSION of the project's data sets, got ${reference}`,
    );
  });
  return resolve(reference);
}

async function fetchDataset(
  name: string,
  version: string,
  { store, project, folder, signal }: ResolveDataOptions,
): Promise<string> {
  const complete = join(folder, project, name, version);
  if (await exists(complete)) return complete;
  const prefix = modelKeys.dataset(project, name, version);
  const partial = `${complete}.${process.pid}.part`;
  const limit = pLimit(DOWNLOADS);
  const files = await listFiles(store, prefix);
  if (files.length === 0)
    throw new FiducialError(
      'INVALID_DATASET',
      `Expected a data set ${name}@${version} in project ${project}, got none below ${prefix}`,
    );
  await Promise.all(
    files.map(({ key }) =>
      limit(async () => {
        const path = safeJoin(partial, key.slice(prefix.length));
        await mkdir(dirname(path), { recursive: true });
        await pipeline((await store.getStream(key, { signal })).body, createWriteStream(path), { signal });
      }),
    ),
  );
  await rename(partial, complete);
  return complete;
}

async function listFiles(store: ObjectStore, prefix: string): Promise<ObjectInfo[]> {
  const files: ObjectInfo[] = [];
  for (let after: string | undefined; ; ) {
    const page = await store.list({ prefix, ...(after === undefined ? {} : { after }) });
    files.push(...page.objects);
    if (page.next === null) return files;
    after = page.next;
  }
}

/** A key with `..` must not leave the folder. */
function safeJoin(folder: string, key: string): string {
  const path = resolve(folder, key);
  if (path.startsWith(`${resolve(folder)}/`)) return path;
  throw new FiducialError('INVALID_DATASET', `Expected keys below the data set, got ${JSON.stringify(key)}`);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
