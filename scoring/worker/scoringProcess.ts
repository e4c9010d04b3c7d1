/** The scorer that workers use: a ChildScorer around child.ts, with limits for photographs. */
import { fileURLToPath } from 'node:url';
import { loadPinned, type ModelSources } from '../models.ts';
import type { Log } from '../ports.ts';
import { ChildScorer, type ChildScorerOptions } from './childScorer.ts';
import type { PredictorTuning } from './protocol.ts';

export interface ScoringProcessOptions extends Partial<Omit<ChildScorerOptions, 'loadModel' | 'log'>> {
  readonly sources: ModelSources;
  readonly tuning?: PredictorTuning;
  readonly log?: Log;
}

/** Started with the first image. `close` it when the last one is through. */
export function createScoringProcess({ sources, tuning = {}, log, ...options }: ScoringProcessOptions): ChildScorer {
  return new ChildScorer({
    module: fileURLToPath(new URL('child.ts', import.meta.url)),
    // One arena: memory that decoders free goes back to where the next image takes it from.
    env: { MALLOC_ARENA_MAX: '2' },
    maxResidentBytes: 3 * 2 ** 30,
    maxHeapMb: 512,
    watchEveryMs: 200,
    window: 64,
    windowBytes: 128 * 2 ** 20,
    itemTimeoutMs: 60_000,
    startTimeoutMs: 120_000,
    soloDeaths: 3,
    maxModels: 4,
    ...options,
    ...(log && { log }),
    loadModel: (model) => loadPinned(sources, model, tuning),
  });
}
