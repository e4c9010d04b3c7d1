/**
 * The whole way of a ResNet-18 from elsewhere: ONNX file, import, batch norm unfolded, our network, our export. Its
 * stages are narrower than torchvision's, so that it is quick.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRng } from '../../../training/augment/rng.ts';
import { openBackend } from '../../../training/backends/index.ts';
import { resnetStage, resnetStem } from '../../../training/nn/architectures/resnet.ts';
import { GraphBuilder, IMAGENET } from '../../../training/nn/builder.ts';
import { type Graph, paramsOf } from '../../../training/nn/graph.ts';
import { buildModel } from '../../../training/nn/model.ts';
import { calibrateBatchNorm } from '../../../training/nn/pretrained/calibrate.ts';
import { describeImport, type Imported } from '../../../training/nn/pretrained/import.ts';
import { exportOnnx } from '../../../training/onnx/export.ts';
import { decodeModel, encodeModel } from '../../../training/onnx/proto.ts';
import { importPretrained } from '../../../training/session/pretrained.ts';
import { randomImages, randomParams } from '../onnx/networks.ts';
import { open } from '../onnx/runtime.ts';
import { type TorchOptions, torchFile } from '../onnx/torchvision.ts';

const STAGES = { layer1: 16, layer2: 24, layer3: 32, layer4: 40 } as const;

function narrowResnet(): Graph {
  const graph = new GraphBuilder();
  let features = resnetStem(graph, graph.normalise(IMAGENET));
  for (const [name, width] of Object.entries(STAGES)) {
    features = resnetStage(graph, name, features, width, name === 'layer1' ? 1 : 2);
  }
  const hidden = graph.relu('fc.1', graph.dense('fc.0', graph.globalAvgPool('avgpool', features), 8));
  return graph.build({
    architecture: 'resnet18',
    input: { width: 64, height: 64 },
    points: 2,
    outputs: { keypoints: graph.points('keypoints', graph.dense('fc.2', hidden, 4), 2), heatmaps: null },
  });
}

const graph = narrowResnet();
const params = randomParams(graph);
const images = randomImages(6, graph.input, 3);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fiducial-torchvision-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function imported(name: string, options: TorchOptions): Promise<Imported> {
  const path = join(folder, `${name}.onnx`);
  await writeFile(path, torchFile(graph, params, options));
  return importPretrained(path, graph);
}

/** What the network with these parameters sees in the images, [6, 40], by our own export. */
async function features(values: ReadonlyMap<string, Float32Array>): Promise<Float32Array> {
  const model = decodeModel(exportOnnx(graph, values));
  const pool = model.graph.node.find(({ opType }) => opType === 'GlobalAveragePool')!.output[0]!;
  model.graph.output.push({ name: pool, type: { tensorType: { elemType: 1 } } });
  const session = await open(encodeModel(model));
  const { data } = (await session.run(images)).get(pool)!;
  await session.close();
  return data;
}

/** As a run begins: what is missing is drawn, what came folded is unfolded over images. */
async function begun(from: Imported): Promise<ReadonlyMap<string, Float32Array>> {
  const { tf } = await openBackend('wasm');
  const model = buildModel(tf, graph, { rng: createRng(4), values: from.values });
  const batch = tf.tensor4d(Float32Array.from(images.data), [...images.shape]) as Tensor4D;
  calibrateBatchNorm(tf, model, from, [batch]);
  const values = model.params.snapshot();
  batch.dispose();
  model.dispose();
  return values;
}

const BODY = paramsOf(graph).filter(({ node }) => !node.startsWith('fc.'));
const NORMS = graph.nodes.filter(({ op }) => op === 'batchNorm').map(({ name }) => name);

describe('a ResNet-18 as Torch exports it', () => {
  test('with its batch norms gives every weight and statistic, bit for bit; only the new classifier is drawn', async () => {
    const { values, report } = await imported('kept', { folded: false });
    const bits = (array: Float32Array | undefined) => Buffer.from(array!.slice().buffer).toString('base64');
    for (const { name } of BODY) expect(bits(values.get(name)) === bits(params.get(name)), name).toBe(true);
    expect(report.folded).toEqual([]);
    expect(report.fresh).toEqual(['fc.0.weight', 'fc.0.bias', 'fc.2.weight', 'fc.2.bias']);
    expect(report.unused).toEqual(['fc.weight', 'fc.bias']);
    expect(report.imported.find(({ name }) => name === 'conv1.weight')!.shape).toEqual([7, 7, 3, 64]);
  });

  test('with its batch norms folded, and names made up, sees in images what it saw', async () => {
    const from = await imported('folded', { folded: true });
    expect(from.report.folded).toEqual(NORMS);
    expect(from.report.fresh.every((name) => name.startsWith('fc.'))).toBe(true);
    const [before, after] = [await features(params), await features(await begun(from))];
    const largest = before.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const difference = before.reduce((most, value, i) => Math.max(most, Math.abs(value - after[i]!)), 0);
    expect(largest).toBeGreaterThan(0.01);
    expect(difference / largest).toBeLessThan(1e-4);
  });

  test.each([false, true])(
    'in part (folded: %s) says what was drawn afresh, and what was left over',
    async (folded) => {
      const from = await imported(`partial-${folded}`, { folded, without: (module) => module.startsWith('layer4.1') });
      const missing = BODY.filter(({ node }) => node.startsWith('layer4.1')).map(({ name }) => name);
      expect(from.report.fresh.filter((name) => !name.startsWith('fc.'))).toEqual(missing);
      const text = describeImport(from.report);
      expect(text).toContain('drawn afresh: layer4.1.conv1, layer4.1.bn1, layer4.1.conv2, layer4.1.bn2, fc.0, fc.2');
      expect(text).toContain('of no use here: fc');
      if (folded) expect(text).toContain(`${NORMS.length - 2} batch norms that were folded`);
      expect([...(await begun(from)).values()].every((values) => values.every(Number.isFinite))).toBe(true);
    },
  );
});
