import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addModelCommands } from '../../cli/commands/model.ts';
import type { Point } from '../../domain/geometry.ts';
import type { ModelCard } from '../../domain/modelCard.ts';
import { graphOf, NOSE } from '../../training/nn/architectures/index.ts';
import { exportOnnx } from '../../training/onnx/export.ts';
import { sealCard, versionOf } from '../../training/packageCard.ts';
import { readPackage, writePackage } from '../../training/packageFolder.ts';
import { centroidPackage, spot } from '../inference/models.ts';
import { randomParams } from '../training/onnx/networks.ts';
import { runJson } from './inProcess.ts';

let folder = '';
let float: ModelCard;
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fiducial-quantize-'));
  const graph = graphOf(NOSE);
  const bytes = exportOnnx(graph, randomParams(graph));
  const { sha256, bytes: size, ...draft } = centroidPackage().card;
  const input = { ...draft.input, ...graph.input, fit: 'stretch' as const };
  const more = { name: 'nose', version: versionOf(bytes), crop: 'whole' as const, labelShift: 0.02, input };
  float = sealCard({ ...draft, ...more }, bytes);
  await writePackage(at('nose'), float, bytes);
  await mkdir(join(at('spots'), 'images'), { recursive: true });
  const entries = await Promise.all(
    Array.from({ length: 8 }, async (_, i) => {
      const point: Point = [50 + i * 4, 40 + i * 3];
      await writeFile(join(at('spots'), 'images', `${i}.png`), await spot(140, 100, point));
      return { key: `${i}.png`, keypoints: [point], layout: 'nose1' };
    }),
  );
  await writeFile(join(at('spots'), 'images.jsonl'), entries.map((entry) => JSON.stringify(entry)).join('\n'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const model = (...argv: string[]) => runJson(addModelCommands, at('data'), ['model', ...argv]);
const quantize = (...argv: string[]) => model('quantize', at('nose'), '--data', at('spots'), ...argv);

describe('fiducial model quantize', () => {
  test('writes a package beside the float one, whose card states both errors on the same faces', async () => {
    const printed = await quantize('--measure', at('spots'), '--part', 'all', '--out', at('nose-int8'));
    const { card } = await readPackage(at('nose-int8'));
    expect(printed).toMatchObject({ name: 'nose-int8', version: card.version, floatBytes: float.bytes });
    expect(card).toMatchObject({ precision: 'int8', quantizedFrom: float.sha256, labelShift: 0.02, crop: 'whole' });
    const [{ maePx: exact }] = (
      (await model('check', at('nose'), '--data', at('spots'), '--part', 'all')) as { rows: { maePx: number }[] }
    ).rows as [{ maePx: number }];
    const [metrics] = card.metrics;
    expect(metrics).toMatchObject({ set: 'spots', n: 8, missed: 0 });
    expect(metrics!.note).toContain(`nose in float32 on the same faces: MAE ${exact.toFixed(3)} px`);
    const checked = await model('check', at('nose-int8'), '--data', at('spots'), '--part', 'all');
    expect(checked).toMatchObject({ model: { precision: 'int8' }, rows: [{ maePx: metrics!.maePx }] });
  });

  test('registers it under a name of its own, so that the float model keeps its', async () => {
    await quantize();
    const { models } = (await model('list')) as { models: ModelCard[] };
    expect(models.find(({ name }) => name === 'nose-int8')).toMatchObject({ precision: 'int8', metrics: [] });
    expect(models.find(({ name }) => name === 'nose')).toMatchObject({ precision: 'float32' });
  });

  test('says what is wrong with what it is asked for', async () => {
    await expect(quantize('--percentile', '0.999')).rejects.toThrow(/percentile above 50/);
    await expect(quantize('--measure', at('gone'))).rejects.toMatchObject({ code: 'INVALID_DATASET' });
    const boxed = model('quantize', at('nose'), '--data', at('gone'));
    await expect(boxed).rejects.toMatchObject({ code: 'INVALID_DATASET' });
  });
});
