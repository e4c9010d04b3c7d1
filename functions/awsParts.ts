/** What every process on AWS is built of: storage with its metrics, a log, a clock. Made once a process. */
import type { Log } from '../scoring/ports.ts';
import { openAws } from '../storage/aws/index.ts';
import type { Queues, Stores } from '../storage/ports.ts';
import { readStorageConfig, type StorageConfig } from './config.ts';
import { createLog } from './log.ts';
import { countingImages, type Emit, embeddedMetrics } from './metrics.ts';

export interface AwsParts {
  readonly config: StorageConfig;
  readonly stores: Stores;
  readonly queues: Queues;
  readonly log: Log;
  readonly emit: Emit;
  now(): Date;
  /** Ends connections. */
  close(): Promise<void>;
}

/** Throws INVALID_CONFIG. `process` is what the log calls this process. */
export function openAwsParts(processName: string): AwsParts {
  const config = readStorageConfig();
  const log = createLog(config.logLevel, { process: processName, stage: config.stage });
  const { stores, queues, close } = openAws(config, config);
  const now = () => new Date();
  const emit = embeddedMetrics((line) => process.stdout.write(line), now);
  const results = countingImages(stores.results, config.stage, emit);
  return { config, stores: { ...stores, results }, queues, log, emit, now, close };
}
