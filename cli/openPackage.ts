/** A model package that a command was given: from a folder, or by its reference from the catalog. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type ModelPackage, readPackage } from '../inference/package.ts';
import { type CliContext, DEFAULT_PROJECT } from './context.ts';
import { openCatalog } from './local.ts';

/** Throws UNKNOWN_MODEL, INVALID_MODEL. */
export async function openPackage(reference: string, { config }: CliContext): Promise<ModelPackage> {
  if (existsSync(join(reference, 'card.json'))) return await readPackage(reference);
  const { catalog, close } = await openCatalog(config.dataFolder);
  return await catalog.load(DEFAULT_PROJECT, reference).finally(close);
}
