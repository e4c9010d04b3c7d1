import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addModelCommands } from '../../cli/commands/model.ts';
import type { Point } from '../../domain/geometry.ts';
import { writePackage } from '../../training/packageFolder.ts';
import { centroidPackage, spot } from '../inference/models.ts';
import { runJson } from './inProcess.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fiducial-model-check-'));
  const boxed = centroidPackage();
  await writePackage(join(folder, 'boxed'), boxed.card, boxed.bytes);
  const whole = centroidPackage({ crop: 'whole' });
  await writePackage(join(folder, 'whole'), whole.card, whole.bytes);
  await mkdir(join(folder, 'spots', 'images'), { recursive: true });
  const entries = await Promise.all(
    Array.from({ length: 6 }, async (_, i) => {
      const at: Point = [50 + i * 4, 40 + i * 3];
      await writeFile(join(folder, 'spots', 'images', `${i}.png`), await spot(140, 100, at));
      const box = { left: at[0] - 25, top: at[1] - 25, width: 50, height: 50 };
      return { key: `${i}.png`, box, keypoints: [at], layout: 'nose1' };
    }),
  );
  await writeFile(join(folder, 'spots', 'images.jsonl'), entries.map((entry) => JSON.stringify(entry)).join('\n'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const check = (...argv: string[]) => runJson(addModelCommands, join(folder, 'none'), ['model', 'check', ...argv]);

describe('fiducial model check', () => {
  test('prints errors with given and with shifted boxes as one JSON object', async () => {
    const data = join(folder, 'spots');
    const result = await check(join(folder, 'boxed'), '--data', data, '--part', 'all', '--shift', '0.1,0.05');
    expect(result).toMatchObject({
      model: { name: 'centroid', version: '1' },
      part: 'all',
      flipTest: false,
      rows: [
        { set: 'spots', setting: 'given', n: 6, missed: 0, nme: null, innerNme: null },
        { set: 'spots', setting: 'shifted 10 %', n: 24, missed: 0 },
        { set: 'spots', setting: 'shifted 5 %', n: 24, missed: 0 },
      ],
    });
    for (const { maePx } of (result as { rows: { maePx: number }[] }).rows) expect(maePx).toBeLessThan(0.3);
  });

  test('crops again around the points where asked, and looks at a few faces only', async () => {
    const all = [join(folder, 'boxed'), '--data', join(folder, 'spots'), '--part', 'all'];
    expect(await check(...all, '--count', '4')).toMatchObject({ secondPass: null, rows: [{ n: 4 }] });
    // One point has no extent to crop around: a face keeps its first answer.
    const twice = await check(...all, '--second-pass', '1.7');
    expect(twice).toMatchObject({ secondPass: 1.7, rows: [{ n: 6, missed: 0 }] });
    await expect(check(...all, '--second-pass', '-1')).rejects.toThrow(/side over that of the points/);
  });

  test('says what is wrong with what it is asked for', async () => {
    const data = join(folder, 'spots');
    await expect(check(join(folder, 'whole'), '--data', data, '--part', 'all', '--detect')).rejects.toThrow(
      /neither --detect nor --shift/,
    );
    await expect(check(join(folder, 'boxed'), '--data', data, '--shift', '2')).rejects.toThrow(/between 0 and 1/);
    await expect(check('nobody', '--data', data)).rejects.toMatchObject({ code: 'UNKNOWN_MODEL' });
  });

  test('scores whole images where the model takes them', async () => {
    const result = await check(join(folder, 'whole'), '--data', join(folder, 'spots'), '--part', 'all');
    expect(result).toMatchObject({ rows: [{ set: 'spots', setting: 'whole', n: 6, missed: 0 }] });
  });
});
