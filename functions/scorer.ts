/** Container: scores shards from the score queue. Images are read in child processes, which may die of them. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ModelCatalog } from '../inference/catalog.ts';
import { readDetectorPackage } from '../inference/detectorPackage.ts';
import { loadPinned } from '../scoring/models.ts';
import { RunRecords } from '../scoring/runRecords.ts';
import { ChildScorer } from '../scoring/worker/childScorer.ts';
import { runScorer } from '../scoring/worker/loop.ts';
import { planProcesses } from '../scoring/worker/processes.ts';
import { runWorker, type WorkerParts } from './workerProcess.ts';

const CHILD = fileURLToPath(new URL('../scoring/worker/child.ts', import.meta.url));
const SHIPPED = fileURLToPath(new URL('../models', import.meta.url));
const MB = 2 ** 20;

function openScorer({ stores, worker, log }: WorkerParts): ChildScorer {
  const cache = join(worker.temporaryFolder, 'onnx');
  const catalog = new ModelCatalog({ store: stores.models, shipped: SHIPPED, cache });
  const sources = { catalog, detector: () => readDetectorPackage(join(SHIPPED, 'detector')) };
  const memory = worker.childMemoryMb * MB;
  const { threads, decoders, ...plan } = planProcesses(availableParallelism(), memory, worker.provider);
  const tuning = { provider: worker.provider, threads };
  return new ChildScorer({
    module: CHILD,
    // All that the children get: no credentials. Threads of libuv's pool are images decoded at once.
    env: { UV_THREADPOOL_SIZE: String(decoders), MALLOC_ARENA_MAX: '2', ...cudaEnvironment(worker.provider) },
    ...plan,
    maxHeapMb: 1024,
    watchEveryMs: 100,
    window: 64,
    windowBytes: 256 * MB,
    itemTimeoutMs: 60_000,
    startTimeoutMs: 120_000,
    soloDeaths: 2,
    maxModels: 2,
    loadModel: (model) => loadPinned(sources, model, tuning),
    log,
  });
}

/** What the CUDA image sets for its libraries and the driver's; the child would not find them without. */
function cudaEnvironment(provider: 'cpu' | 'cuda'): Record<string, string> {
  if (provider === 'cpu') return {};
  return { LD_LIBRARY_PATH: '/usr/local/nvidia/lib:/usr/local/nvidia/lib64:/usr/local/cuda/lib64' };
}

await runWorker('scorer', async (parts) => {
  const scorer = openScorer(parts);
  const queues = { plan: parts.queues.plan, score: parts.watch(parts.queues.score) };
  const { shardsAtOnce, leaseSeconds } = parts.worker;
  try {
    await runScorer(
      { ...parts, queues, scorer, runs: new RunRecords(parts.stores.results) },
      { signal: parts.signal, leaseSeconds, ...(shardsAtOnce === null ? {} : { atOnce: shardsAtOnce }) },
    );
  } finally {
    await scorer.close();
  }
});
