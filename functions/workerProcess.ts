/** What the scorer and the trainer have in common: they stop when told to, are protected while busy, and say they live. */
import type { JobQueue } from '../storage/ports.ts';
import { type AwsParts, openAwsParts } from './awsParts.ts';
import { readWorkerConfig, type WorkerConfig } from './config.ts';
import { healthFile, touch } from './healthFile.ts';
import { sayRunning } from './metrics.ts';
import { stopOnSignals } from './stopSignal.ts';
import { TaskProtection } from './taskProtection.ts';
import { watchedQueue } from './watchedQueue.ts';

export interface WorkerParts extends AwsParts {
  readonly worker: WorkerConfig;
  /** Aborted on SIGTERM, and where a deployment waits for this task. */
  readonly signal: AbortSignal;
  /** The queue to work from. */
  watch(queue: JobQueue): JobQueue;
}

/**
 * Runs a worker to its end: `work` returns once the signal has aborted and what it held is put back. Exits by itself
 * when nothing is left open; ECS kills it after its stop time-out otherwise, and messages come back by their leases.
 */
export async function runWorker(
  name: 'scorer' | 'trainer',
  work: (parts: WorkerParts) => Promise<void>,
): Promise<void> {
  const aws = openAwsParts(name);
  const worker = readWorkerConfig();
  const stop = stopOnSignals();
  const protection = new TaskProtection({ agentUri: worker.agentUri, log: aws.log });
  const health = healthFile(worker.temporaryFolder);
  const quiet = sayRunning(aws.config.stage, name, aws.emit);
  const watch = (queue: JobQueue) =>
    watchedQueue(queue, {
      protection,
      alive: () => touch(health),
      askToStop: () => stop.request('a deployment waits for this task'),
    });
  aws.log.info({ provider: worker.provider, backend: worker.backend }, `${name} started`);
  touch(health);
  try {
    await work({ ...aws, worker, signal: stop.signal, watch });
  } finally {
    quiet();
    await protection.release();
    await aws.close();
    aws.log.info({}, `${name} ended`);
  }
}
