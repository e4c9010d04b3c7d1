/** Loads to try the scaling rules on. Speeds and starting times are assumed: they have to be measured on AWS. */
import { IMAGES_PER_WOKEN_WORKER, scorePolicy, trainPolicy } from '../../cdk/scaling.ts';
import { shardSizeFor } from '../../scoring/planning/limits.ts';
import type { Arrival, Scenario } from './simulation.ts';

/** Images a second of one worker, and seconds from a wanted worker to its first receive. */
export const ASSUMED = {
  gpu: { imagesPerSecond: 300, bootSeconds: 240 },
  cpu: { imagesPerSecond: 100, bootSeconds: 150 },
} as const;
export type Compute = keyof typeof ASSUMED;

/** A batch as the planner sends it. */
export function batch(at: number, images: number, compute: Compute, woken = true): Arrival {
  const size = shardSizeFor(images);
  return {
    at,
    messages: Math.ceil(images / size),
    seconds: Math.min(size, images) / ASSUMED[compute].imagesPerSecond,
    wakes: woken ? Math.max(1, Math.ceil(images / IMAGES_PER_WOKEN_WORKER[compute])) : 0,
  };
}

export function scoring(compute: Compute, arrivals: readonly Arrival[], maxWorkers = 4): Scenario {
  return { policy: scorePolicy(maxWorkers), arrivals, bootSeconds: ASSUMED[compute].bootSeconds };
}

export function training(jobs: readonly { readonly at: number; readonly seconds: number }[], maxWorkers = 2): Scenario {
  const arrivals = jobs.map((job) => ({ ...job, messages: 1, wakes: 1 }));
  return { policy: trainPolicy(maxWorkers), arrivals, bootSeconds: ASSUMED.gpu.bootSeconds };
}

/** mulberry32: the same arrivals every time. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Batches at random moments for `hours`, of so many images a second together. */
export function stream(
  compute: Compute,
  imagesPerSecond: number,
  images: number,
  hours: number,
  seed: number,
): Arrival[] {
  const draw = random(seed);
  const arrivals: Arrival[] = [];
  for (let at = 0; at < hours * 3600; ) {
    arrivals.push(batch(Math.round(at), images, compute));
    at += -Math.log(1 - draw()) * (images / imagesPerSecond);
  }
  return arrivals;
}
