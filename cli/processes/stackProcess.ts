/** What the processes of the embedded stack share: configuration, storage, models, a log on standard error. */
import { join } from 'node:path';
import pino from 'pino';
import { z } from 'zod';
import { ModelCatalog } from '../../inference/catalog.ts';
import type { Log } from '../../scoring/ports.ts';
import { openStorage, type Storage, storageConfigSchema } from '../../storage/open.ts';
import { FOLDERS } from '../context.ts';

export const processConfigSchema = z.object({
  /** Of this machine: caches, and the embedded storage. */
  folder: z.string(),
  storage: storageConfigSchema,
  /** 0: any that is free. */
  port: z.int().min(0).max(65_535),
  host: z.string(),
  /** Of the API: what the first start chose, so that a restarted API keeps its address. Null at the first start. */
  url: z.string().nullable(),
  token: z.string(),
});
export type ProcessConfig = z.infer<typeof processConfigSchema>;

export interface StackParts extends Pick<Storage, 'stores' | 'queues'> {
  readonly storage: Storage;
  readonly catalog: ModelCatalog;
  readonly log: Log;
  now(): Date;
}

/** `baseUrl` is asked when something is signed: by then the API listens. */
export async function openStack(config: ProcessConfig, name: string, baseUrl?: () => string): Promise<StackParts> {
  const storage = await openStorage(config.storage, baseUrl);
  const catalog = new ModelCatalog({
    store: storage.stores.models,
    shipped: FOLDERS.shippedModels,
    cache: join(config.folder, 'cache', 'onnx'),
  });
  const { stores, queues } = storage;
  return { storage, stores, queues, catalog, log: createLog(name), now: () => new Date() };
}

function createLog(name: string): Log {
  const log = pino(
    {
      level: 'warn',
      base: { process: name },
      serializers: { error: pino.stdSerializers.err, err: pino.stdSerializers.err },
    },
    pino.destination({ dest: 2, sync: true }),
  );
  return {
    info: (fields, message) => log.info(fields, message),
    warn: (fields, message) => log.warn(fields, message),
    error: (fields, message) => log.error(fields, message),
  };
}
