/** Container: trains the jobs of the train queue, by their ledger. */
import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { FiducialError } from '../domain/errors.ts';
import { openSession } from '../inference/runtime.ts';
import { listBackends } from '../training/backends/index.ts';
import { runTrainer } from '../training/worker/trainLoop.ts';
import { CODE_VERSION } from './version.ts';
import { runWorker } from './workerProcess.ts';

/**
 * Said when the container starts, not when the first job fails: an image without its backend is a wrong image. Whether a
 * GPU answers is said when the backend opens, with the first job.
 */
function checkBackend(wanted: string | null): void {
  const found = listBackends().find(({ name }) => name === wanted);
  if (wanted === null || found?.available) return;
  throw new FiducialError(
    'BACKEND_UNAVAILABLE',
    `Expected the training backend ${wanted} in this image, got none: ${found?.reason}`,
  );
}

await runWorker('trainer', async ({ stores, queues, worker, log, now, signal, watch }) => {
  checkBackend(worker.backend);
  const trainer = {
    models: stores.models,
    holder: randomUUID(),
    open: openSession,
    codeVersion: CODE_VERSION,
    cacheFolder: join(worker.temporaryFolder, 'training'),
    // Threads that augment: the network has the rest.
    threads: Math.max(1, Math.min(4, availableParallelism() - 1)),
    now,
  };
  await runTrainer({ queue: watch(queues.train), trainer, log, signal, leaseSeconds: worker.leaseSeconds });
});
