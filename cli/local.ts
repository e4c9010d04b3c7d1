/** The embedded storage and the models, for commands that need no running stack. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ModelCatalog } from '../inference/catalog.ts';
import { openSession } from '../inference/runtime.ts';
import { type Embedded, openEmbedded } from '../storage/embedded/index.ts';
import type { ObjectStore } from '../storage/ports.ts';
import type { TrainerParts } from '../training/worker/runTraining.ts';
import { FOLDERS } from './context.ts';
import { CODE_VERSION } from './version.ts';

/** Models of the data folder where there is one, and those that ship. The folder is not made. */
export async function openCatalog(
  dataFolder: string,
): Promise<{ catalog: ModelCatalog; embedded: Embedded | null; close(): Promise<void> }> {
  const embedded = existsSync(dataFolder) ? await openEmbedded({ folder: dataFolder }) : null;
  const catalog = new ModelCatalog({
    store: embedded?.stores.models ?? null,
    shipped: FOLDERS.shippedModels,
    cache: embedded ? join(dataFolder, 'cache', 'onnx') : null,
  });
  return { catalog, embedded, close: async () => embedded?.close() };
}

export function trainerParts(models: ObjectStore, folder: string, threads: number): TrainerParts {
  return {
    models,
    holder: `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`,
    open: openSession,
    codeVersion: CODE_VERSION,
    cacheFolder: join(folder, 'cache'),
    threads,
    now: () => new Date(),
  };
}
