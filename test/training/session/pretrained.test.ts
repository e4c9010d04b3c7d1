import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRng } from '../../../training/augment/rng.ts';
import { encodeCheckpoint } from '../../../training/fit/checkpoint.ts';
import { CENTRED_COLOUR, GraphBuilder } from '../../../training/nn/builder.ts';
import { type Graph, paramsOf } from '../../../training/nn/graph.ts';
import { initialValues } from '../../../training/nn/init.ts';
import { exportOnnx } from '../../../training/onnx/export.ts';
import { importPretrained } from '../../../training/session/pretrained.ts';

function graphWith(out: number): Graph {
  const graph = new GraphBuilder();
  const conv = graph.conv('conv1', graph.normalise(CENTRED_COLOUR), { kernel: 3, out, bias: false });
  const relu = graph.relu('relu', graph.batchNorm('bn1', conv));
  const dense = graph.dense('fc', graph.globalAvgPool('pool', relu), 2);
  return graph.build({
    architecture: 'small',
    input: { width: 8, height: 8 },
    points: 1,
    outputs: { keypoints: graph.points('keypoints', dense, 1), heatmaps: null },
  });
}

const graph = graphWith(4);
const values = initialValues(graph, createRng(7));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fiducial-pretrained-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function fileOf(name: string, bytes: Uint8Array): Promise<string> {
  await writeFile(join(folder, name), bytes);
  return join(folder, name);
}

async function checkpoint(kind: 'value' | 'average', name: string): Promise<string> {
  const position = {
    ...{ epoch: 1, step: 0, lossSum: 0, typicalLoss: null, optimiserStep: 1 },
    ...{ history: [], best: null },
  };
  const arrays = new Map([...values].map(([parameter, array]) => [`${kind}/${parameter}`, array]));
  return fileOf(name, encodeCheckpoint({ architecture: 'small', recipe: {}, position, arrays }));
}

describe('pretrained weights', () => {
  test.each(['value', 'average'] as const)('of a checkpoint are all of it, from its %s arrays', async (kind) => {
    const { values: found, report } = await importPretrained(await checkpoint(kind, `${kind}.ckpt`), graph);
    expect(found).toEqual(values);
    expect(report).toMatchObject({ fresh: [], folded: [], unused: [] });
    expect(report.imported.map(({ name }) => name)).toEqual(paramsOf(graph).map(({ name }) => name));
  });

  test('of an ONNX file of ours are its convolutions and its classifier, the batch norm folded', async () => {
    const path = await fileOf('small.onnx', exportOnnx(graph, values));
    const { values: found, report } = await importPretrained(path, graph);
    expect(report.folded).toEqual(['bn1']);
    expect(report.fresh).toEqual([]);
    expect(found.get('fc.weight')).toEqual(values.get('fc.weight'));
  });

  test("of another network's checkpoint are refused, the first parameter that does not fit named", async () => {
    const path = await checkpoint('value', 'other.ckpt');
    await expect(importPretrained(path, graphWith(5))).rejects.toMatchObject({
      code: 'INVALID_MODEL',
      message: expect.stringMatching(/conv1\.weight.*\[3,3,3,5\].*108/),
    });
  });

  test.each(['gone.onnx', 'gone.ckpt', 'gone'])('that are not there (%s) are named', async (name) => {
    const path = join(folder, name);
    await expect(importPretrained(path, graph)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining(path),
    });
  });
});
