import { describe, expect, test } from 'vitest';
import { batches, stepsPerEpoch } from '../../../training/augment/batches.ts';
import { createInlinePool, createThreadPool } from '../../../training/augment/pool.ts';
import type { Batch } from '../../../training/augment/prepare.ts';
import { augmentationSchema } from '../../../training/augment/steps.ts';
import { createSampleTable } from '../../../training/augment/table.ts';
import { canvasSet, INPUT, MOVES, paintDot, prepare } from './canvases.ts';

describe('batches', () => {
  const STEPS = augmentationSchema.parse([
    ...MOVES,
    { kind: 'noise', maxSigma: 10 },
    { kind: 'brightness', min: 0.5, max: 1.5 },
  ]);
  const points = Array.from({ length: 10 }, (_, i) => [[20 + i, 30]] as [number, number][]);
  const table = createSampleTable(
    canvasSet((canvas, i) => paintDot(canvas, 20 + i, 30), points),
    INPUT,
    'points',
  );
  const options = { table, augmentation: STEPS, batchSize: 4, seed: 3, epoch: 2 };
  const collect = async (source: AsyncIterable<Batch>) => {
    const all: Batch[] = [];
    for await (const batch of source) all.push(batch);
    return all;
  };

  test('are the same bytes on one thread, on three, on none, and from any step on', async () => {
    const inline = await collect(batches({ ...options, pool: createInlinePool() }));
    expect(inline.map(({ step, indices }) => [step, indices.length])).toEqual([
      [0, 4],
      [1, 4],
      [2, 2],
    ]);
    for (const threads of [1, 3]) {
      const pool = createThreadPool(threads);
      expect(await collect(batches({ ...options, pool }))).toEqual(inline);
      expect(await collect(batches({ ...options, pool, startStep: 1 }))).toEqual(inline.slice(1));
      await pool.close();
    }
  });

  test('hold every sample once an epoch, in another order and another shape in the next', async () => {
    const pool = createInlinePool();
    const order = async (epoch: number) =>
      (await collect(batches({ ...options, epoch, pool }))).flatMap(({ indices }) => [...indices]);
    const first = await order(0);
    expect([...first].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await order(1)).not.toEqual(first);
    expect(prepare(table, STEPS, 0).images).not.toEqual(prepare(table, STEPS, 1).images);
  });

  test('augment a sample alike whoever shares its batch', () => {
    const alone = prepare(table, STEPS, 0, [7]);
    const together = prepare(table, STEPS, 0, [2, 7]);
    expect(together.images.subarray(alone.images.length)).toEqual(alone.images);
  });

  test('leave out a last batch that is not full where asked', async () => {
    const all = await collect(batches({ ...options, pool: createInlinePool(), dropLast: true, shuffle: false }));
    expect(all.map(({ indices }) => [...indices])).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
    ]);
    expect(stepsPerEpoch(10, { batchSize: 4 })).toBe(3);
  });

  test('are never more than the prefetch ahead', async () => {
    let inFlight = 0;
    let most = 0;
    const inline = createInlinePool();
    const pool = {
      ...inline,
      prepare: async (...args: Parameters<typeof inline.prepare>) => {
        most = Math.max(most, ++inFlight);
        return inline.prepare(...args);
      },
    };
    for await (const _ of batches({ ...options, batchSize: 1, pool, prefetch: 2 })) inFlight--;
    expect(most).toBe(3);
  });

  test('report a thread that fails to whoever waits for its batch', async () => {
    const pool = createThreadPool(1);
    const waiting = pool.prepare(table, {
      step: 0,
      indices: new Uint32Array([99]),
      augmentation: STEPS,
      seed: 0,
      epoch: 0,
    });
    await expect(waiting).rejects.toMatchObject({ code: 'INTERNAL' });
    await pool.close();
  });
});
