/** The scorer of this machine: child processes that decode and infer, under a memory cap. */
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ModelCatalog } from '../inference/catalog.ts';
import { readDetectorPackage } from '../inference/detectorPackage.ts';
import { loadPinned, type ModelSources } from '../scoring/models.ts';
import type { Log, ScoringModel } from '../scoring/ports.ts';
import { ChildScorer } from '../scoring/worker/childScorer.ts';
import { planProcesses } from '../scoring/worker/processes.ts';
import type { ModelPayload } from '../scoring/worker/protocol.ts';
import { FOLDERS } from './context.ts';

/** Image files with the children at once, bytes. */
const WINDOW_BYTES = 256 * 2 ** 20;
const MB = 2 ** 20;

export function modelSources(catalog: ModelCatalog): ModelSources {
  return { catalog, detector: () => readDetectorPackage(join(FOLDERS.shippedModels, 'detector')) };
}

export interface LocalScorerOptions {
  readonly log?: Log;
  /** Default: from the catalog. */
  readonly loadModel?: (model: ScoringModel) => Promise<ModelPayload>;
}

export function createChildScorer(catalog: ModelCatalog, { log, loadModel }: LocalScorerOptions = {}): ChildScorer {
  const pinned = (model: ScoringModel) => loadPinned(modelSources(catalog), model);
  const { threads, decoders, ...plan } = planProcesses(availableParallelism(), Math.min(8192 * MB, totalmem() / 2));
  return new ChildScorer({
    module: fileURLToPath(new URL('../scoring/worker/child.ts', import.meta.url)),
    // Threads of libuv's pool are images decoded at once.
    env: {
      UV_THREADPOOL_SIZE: String(decoders),
      MALLOC_ARENA_MAX: '2',
      NODE_OPTIONS: '--disable-warning=ExperimentalWarning',
    },
    ...plan,
    maxHeapMb: 1024,
    watchEveryMs: 100,
    window: 32,
    windowBytes: WINDOW_BYTES,
    itemTimeoutMs: 60_000,
    startTimeoutMs: 60_000,
    soloDeaths: 2,
    maxModels: 2,
    loadModel: async (model) => {
      const payload = await (loadModel ?? pinned)(model);
      return { ...payload, tuning: { ...payload.tuning, threads } };
    },
    ...(log ? { log } : {}),
  });
}
