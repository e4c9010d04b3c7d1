/** The batches of an epoch, prepared ahead of the network. */
import type { BatchPool } from './pool.ts';
import type { Batch } from './prepare.ts';
import { createRng, shuffledIndices } from './rng.ts';
import type { Augmentation } from './steps.ts';
import type { SampleTable } from './table.ts';

export interface BatchesOptions {
  readonly table: SampleTable;
  readonly pool: BatchPool;
  readonly augmentation: Augmentation;
  readonly batchSize: number;
  readonly seed: number;
  /** From 0. Order and augmentation differ by epoch. */
  readonly epoch: number;
  /** First step to give: a resumed run goes on where it stopped, with the batches it would have had. Default 0. */
  readonly startStep?: number;
  /** Default true; evaluation goes in order. */
  readonly shuffle?: boolean;
  /** Leaves out a last batch that is not full. Default false. */
  readonly dropLast?: boolean;
  /** Batches prepared ahead. Default 3. */
  readonly prefetch?: number;
}

/** In order of their steps, whatever the number of threads. At most `prefetch` + 1 batches are in memory. */
export async function* batches(options: BatchesOptions): AsyncGenerator<Batch, void, undefined> {
  const { table, pool, augmentation, seed, epoch, prefetch = 3 } = options;
  const order = epochOrder(options);
  const steps = stepsPerEpoch(table.samples, options);
  const ahead: Promise<Batch>[] = [];
  for (let step = options.startStep ?? 0, asked = step; step < steps; step++) {
    for (; asked < steps && asked <= step + prefetch; asked++) {
      const indices = order.slice(asked * options.batchSize, (asked + 1) * options.batchSize);
      const batch = pool.prepare(table, { step: asked, indices, augmentation, seed, epoch });
      batch.catch(() => {}); // reported when its turn comes
      ahead.push(batch);
    }
    yield await ahead.shift()!;
  }
}

export function stepsPerEpoch(
  samples: number,
  { batchSize, dropLast = false }: { batchSize: number; dropLast?: boolean },
): number {
  return dropLast ? Math.floor(samples / batchSize) : Math.ceil(samples / batchSize);
}

function epochOrder({ table, seed, epoch, shuffle = true }: BatchesOptions): Uint32Array {
  if (!shuffle) return Uint32Array.from({ length: table.samples }, (_, i) => i);
  return shuffledIndices(table.samples, createRng(seed, epoch, 0x0bade5));
}
