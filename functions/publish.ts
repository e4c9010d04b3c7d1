/**
 * After a deployment: puts what ships into the buckets. An operator's command, with the operator's credentials.
 *   node functions/publish.ts --models BUCKET       model packages of models/, as shared ones
 *   node functions/publish.ts --dashboard BUCKET    the files of web/dist
 * Both are repeatable; a package that is there already stays.
 */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { isFiducialError } from '../domain/errors.ts';
import { readPackage } from '../inference/package.ts';
import { shippedCards } from '../inference/shipped.ts';
import { openAws } from '../storage/aws/index.ts';
import type { ObjectStore } from '../storage/ports.ts';
import { registerModel } from '../training/registry.ts';
import { readPlace } from './config.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

export interface SiteFile {
  readonly key: string;
  readonly body: Buffer;
  readonly contentType: string;
  readonly cacheControl: string;
}

/** Files named after their content are kept for ever; the page that names them is asked for each time, and goes last. */
export async function siteFiles(folder: string): Promise<SiteFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async ({ name, parentPath }) => {
        const path = join(parentPath, name);
        const hashed = /-[A-Z0-9]{8}\.\w+$/.test(name);
        return {
          key: path.slice(folder.length + 1),
          body: await readFile(path),
          contentType: TYPES[extname(name)] ?? 'application/octet-stream',
          cacheControl: hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
        };
      }),
  );
  return files.sort((a, b) => Number(a.key === 'index.html') - Number(b.key === 'index.html'));
}

/** Gives the names of what is registered now. */
export async function publishModels(store: ObjectStore, folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const { name } of await shippedCards(folder)) {
    const { card, bytes } = await readPackage(join(folder, name));
    const registered = await registerModel(store, 'shared', card, bytes);
    names.push(`shared/${registered.name}@${registered.version}`);
  }
  return names;
}

async function publishDashboard(bucket: string): Promise<void> {
  const s3 = new S3Client({ region: readPlace().region });
  for (const { key, body, contentType, cacheControl } of await siteFiles(join(ROOT, 'web/dist'))) {
    const input = { Bucket: bucket, Key: key, Body: body, ContentType: contentType, CacheControl: cacheControl };
    await s3.send(new PutObjectCommand(input));
    console.error(`fiducial: ${key}`);
  }
  s3.destroy();
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { models: { type: 'string' }, dashboard: { type: 'string' } } });
  if (!values.models && !values.dashboard) {
    console.error('fiducial: expected --models BUCKET or --dashboard BUCKET (outputs of the stacks), got neither');
    return 2;
  }
  if (values.models) {
    const bucket = values.models;
    const none = { url: 'https://none.invalid', deadLettersUrl: 'https://none.invalid' };
    const { stores, close } = openAws(readPlace(), {
      buckets: { uploads: bucket, results: bucket, models: bucket },
      queues: { plan: none, score: none, train: none },
    });
    for (const name of await publishModels(stores.models, join(ROOT, 'models'))) console.error(`fiducial: ${name}`);
    await close();
  }
  if (values.dashboard) await publishDashboard(values.dashboard);
  return 0;
}

if (import.meta.main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!isFiducialError(error)) throw error;
    console.error(`fiducial: ${error.message}`);
    process.exitCode = 1;
  }
}
