/** Storage by a value that can be passed between processes as JSON: in a folder, or on AWS (and LocalStack). */
import { z } from 'zod';
import { openAws } from './aws/index.ts';
import { openEmbedded, type Signer } from './embedded/index.ts';
import type { Queues, Stores } from './ports.ts';

const queueUrlsSchema = z.object({ url: z.url(), deadLettersUrl: z.url() });

export const storageConfigSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('embedded'), folder: z.string().min(1) }),
  z.object({
    kind: z.literal('aws'),
    region: z.string().min(1),
    /** LocalStack's URL; null for AWS itself. Credentials are found by the SDK's own chain. */
    endpoint: z.url().nullable(),
    buckets: z.object({ uploads: z.string(), results: z.string(), models: z.string() }),
    queues: z.object({ plan: queueUrlsSchema, score: queueUrlsSchema, train: queueUrlsSchema }),
  }),
]);
export type StorageConfig = z.infer<typeof storageConfigSchema>;

export interface Storage {
  readonly stores: Stores;
  readonly queues: Queues;
  /** Checks signed uploads and downloads where they come to our own API; null where S3 takes them. */
  readonly signer: Signer | null;
  close(): Promise<void>;
}

/** `baseUrl` is the API's, asked when something is signed; S3 needs none. */
export async function openStorage(config: StorageConfig, baseUrl?: () => string): Promise<Storage> {
  if (config.kind === 'aws') return { ...openAws(config, config), signer: null };
  return openEmbedded({ folder: config.folder, ...(baseUrl ? { baseUrl } : {}) });
}
