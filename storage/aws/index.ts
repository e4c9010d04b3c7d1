import type { Queues, Stores } from '../ports.ts';
import { DEFAULT_RETRIES, type RetryPolicy } from './attempts.ts';
import { type AwsConfig, makeClients } from './clients.ts';
import { SqsJobQueue } from './jobQueue.ts';
import { S3ObjectStore } from './objectStore.ts';

export type { AwsConfig } from './clients.ts';

/** Names of buckets and URLs of queues, as the storage stack gives them. */
export interface AwsResources {
  readonly buckets: { readonly uploads: string; readonly results: string; readonly models: string };
  readonly queues: {
    readonly plan: QueueUrls;
    readonly score: QueueUrls;
    readonly train: QueueUrls;
  };
}
export interface QueueUrls {
  readonly url: string;
  readonly deadLettersUrl: string;
}

export interface AwsStorage {
  readonly stores: Stores;
  readonly queues: Queues;
  /** Ends its connections. */
  close(): Promise<void>;
}

export function openAws(
  config: AwsConfig,
  resources: AwsResources,
  retries: RetryPolicy = DEFAULT_RETRIES,
): AwsStorage {
  const { s3, sqs, close } = makeClients(config);
  const store = (bucket: string) =>
    new S3ObjectStore(bucket, s3, { retries, encodeListings: config.endpoint === null });
  const queue = (name: keyof AwsResources['queues']) =>
    new SqsJobQueue({ name, ...resources.queues[name] }, sqs, retries);
  const { uploads, results, models } = resources.buckets;
  return {
    stores: { uploads: store(uploads), results: store(results), models: store(models) },
    queues: { plan: queue('plan'), score: queue('score'), train: queue('train') },
    close: async () => close(),
  };
}
