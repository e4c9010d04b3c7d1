import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addTrainCommands } from '../../cli/commands/train.ts';
import { sharp } from '../../imaging/sharp.ts';
import { writeSyntheticSet } from '../../training/synthetic/writeSyntheticSet.ts';
import { runJson } from './inProcess.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fiducial-sweep-'));
  const size = { width: 160, height: 120 };
  await writeSyntheticSet(join(folder, 'faces'), 12, 1, { layout: 'nose1', photosPerPerson: 1, size });
}, 300_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('fiducial sweep', () => {
  test('shows the same two test images in a row a setting, and goes on where one diverges', async () => {
    const result = (await runJson(addTrainCommands, join(folder, 'data'), [
      ...['sweep', 'nose', '--backend', 'wasm', '--data', join(folder, 'faces'), '--set', 'epochs=1'],
      ...['--grid', 'optimiser.learningRate=0.001,1e30,0.0001', '--figures', join(folder, 'figures')],
    ])) as { runs: { overrides: unknown }[]; diverged: { overrides: unknown }[]; figures: string[] };
    expect(result.runs.map(({ overrides }) => overrides)).toEqual([
      { 'optimiser.learningRate': 0.001 },
      { 'optimiser.learningRate': 0.0001 },
    ]);
    expect(result.diverged).toMatchObject([{ overrides: { 'optimiser.learningRate': 1e30 } }]);
    const rows = result.figures.find((file) => file.endsWith('rows.png'))!;
    const { width, height } = await sharp(rows).metadata();
    expect(height % 3).toBe(0);
    const part = async (row: number, column: number) => {
      const region = { left: width - (2 - column) * 328, top: (row * height) / 3, width: 320, height: 240 };
      // By way of a buffer: statistics are of what is opened, not of what is cut from it.
      return sharp(await sharp(rows).extract(region).greyscale().png().toBuffer()).stats();
    };
    // The photos themselves, beside which the dots weigh nothing: equal in the rows that finished, not drawn in the other.
    for (const column of [0, 1]) {
      const [first, second, third] = await Promise.all([0, 1, 2].map((row) => part(row, column)));
      expect(Math.abs(first!.channels[0]!.mean - third!.channels[0]!.mean)).toBeLessThan(1);
      expect(first!.channels[0]!.stdev).toBeGreaterThan(10);
      expect(second!.channels[0]!.mean).toBeGreaterThan(254);
    }
  }, 300_000);
});
