import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { createRng } from '../../../training/augment/rng.ts';
import { openBackend, type Tf } from '../../../training/backends/index.ts';
import { graphOf, RESNET18 } from '../../../training/nn/architectures/index.ts';
import { CENTRED_COLOUR, GraphBuilder } from '../../../training/nn/builder.ts';
import type { Graph } from '../../../training/nn/graph.ts';
import { buildModel } from '../../../training/nn/model.ts';
import { calibrateBatchNorm } from '../../../training/nn/pretrained/calibrate.ts';
import { importWeights, readNpyFolder } from '../../../training/nn/pretrained/import.ts';
import { parseNpy } from '../../../training/nn/pretrained/npy.ts';

let tf: Tf;
beforeAll(async () => {
  tf = (await openBackend('wasm')).tf;
});

/** As numpy.save writes it, format 1.0. */
function npy(shape: number[], values: number[], descr = '<f4', fortran = 'False'): Buffer {
  const text = `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`;
  const header = `${text.padEnd(117)}\n`;
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length);
  return Buffer.concat([
    Buffer.from('\x93NUMPY\x01\x00', 'latin1'),
    length,
    Buffer.from(header),
    Buffer.from(new Float32Array(values).buffer),
  ]);
}

/** conv1 (2 outputs, 3x3) with batch norm, a second such pair of other names, and one point. */
function smallGraph(): Graph {
  const graph = new GraphBuilder();
  const first = graph.conv('conv1', graph.normalise(CENTRED_COLOUR), { kernel: 3, out: 2, bias: false });
  const relu = graph.relu('relu', graph.batchNorm('bn1', first));
  const second = graph.batchNorm('bn2', graph.conv('conv2', relu, { kernel: 1, out: 2, bias: false }));
  const features = graph.globalAvgPool('pool', second);
  return graph.build({
    architecture: 'small',
    input: { width: 6, height: 6 },
    points: 1,
    outputs: { keypoints: graph.points('keypoints', graph.dense('fc', features, 2), 1), heatmaps: null },
  });
}

const weight = Array.from({ length: 54 }, (_, i) => Math.sin(i));
const foreign = new Map([
  ['conv1.weight', parseNpy(npy([2, 3, 3, 3], weight), 'conv1.weight')],
  ['conv1.bias', parseNpy(npy([2], [0.25, -0.5]), 'conv1.bias')],
  ['fc.weight', parseNpy(npy([1000, 2], new Array(2000).fill(1)), 'fc.weight')],
]);

describe('a .npy file', () => {
  test('gives its shape and values', () => {
    const array = parseNpy(npy([2, 3], [1, 2, 3, 4, 5, 6]), 'a');
    expect(array.shape).toEqual([2, 3]);
    expect([...array.values]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(parseNpy(npy([], [7]), 'scalar').shape).toEqual([]);
  });
  test.each([
    ['of doubles', npy([1], [1, 2], '<f8')],
    ['in Fortran order', npy([1], [1], '<f4', 'True')],
    ['cut short', npy([2], [1, 2]).subarray(0, -1)],
    ['that is something else', Buffer.from('hello, hello')],
  ])('%s is refused by name', (_, bytes) => {
    expect(() => parseNpy(bytes, 'layer.npy')).toThrow(
      expect.objectContaining({ code: 'INVALID_MODEL', ids: { file: 'layer.npy' } }),
    );
  });
});

describe('importing folded weights', () => {
  test('says what was taken, what was folded, what is drawn afresh, what is unused', () => {
    const { report, values } = importWeights(smallGraph(), foreign);
    expect(report.imported).toEqual([{ name: 'conv1.weight', shape: [3, 3, 3, 2] }]);
    expect(report.folded).toEqual(['bn1']);
    expect(report.fresh).toEqual([
      'conv2.weight',
      'bn2.weight',
      'bn2.bias',
      'bn2.running_mean',
      'bn2.running_var',
      'fc.weight',
      'fc.bias',
    ]);
    expect(report.unused).toEqual(['fc.weight']); // a classifier of another width is another layer
    expect(report.sha256).toMatch(/^[0-9a-f]{64}$/);
    // OIHW [o=1, i=2, y=0, x=1] -> HWIO [0, 1, 2, 1]
    expect(values.get('conv1.weight')![((0 * 3 + 1) * 3 + 2) * 2 + 1]).toBeCloseTo(
      weight[((1 * 3 + 2) * 3 + 0) * 3 + 1]!,
    );
  });

  test("a shape that is not the graph's is refused with both", () => {
    const wrong = new Map([
      ...foreign,
      ['conv2.weight', parseNpy(npy([2, 2, 3, 3], new Array(36).fill(0)), 'x')] as const,
    ]);
    expect(() => importWeights(smallGraph(), wrong)).toThrow(/conv2.weight.*\[2,2,1,1\].*\[2,2,3,3\]/);
  });

  test('calibrated batch norms give what the folded convolution gave, in training and in inference', () => {
    const graph = smallGraph();
    const { values, foldedBias } = importWeights(graph, foreign);
    const model = buildModel(tf, graph, { rng: createRng(1), values });
    const rng = createRng(2);
    const batch = () =>
      tf.tensor4d(
        Float32Array.from({ length: 4 * 108 }, () => rng.uniform(0, 255)),
        [4, 6, 6, 3],
      );
    const images = [batch(), batch(), batch()];
    const before = tf.memory().numTensors;
    calibrateBatchNorm(tf, model, { foldedBias, values: new Map() }, images);
    expect(tf.memory().numTensors).toBe(before);

    const folded = (x: Tensor4D) => {
      const scaled = tf.sub(tf.div(x, 127.5), 1) as Tensor4D;
      return tf.add(
        tf.conv2d(scaled, model.params.tensor('conv1.weight') as never, 1, 'same'),
        tf.tensor1d([0.25, -0.5]),
      );
    };
    const truncated = {
      ...graph,
      nodes: graph.nodes.filter(({ name }) => ['normalise', 'conv1', 'bn1'].includes(name)),
    };
    const part = { ...truncated, outputs: { keypoints: 'bn1', heatmaps: null } };
    const short = buildModel(tf, part, {
      rng: createRng(1),
      values: new Map([...model.params.values].filter(([name]) => /^(conv1|bn1)/.test(name))),
    });
    // Unseen images in inference mode; in training mode, the three batches as one, whose statistics were measured.
    const all = tf.concat(images, 0);
    for (const [got, want] of [
      [short.infer(batch()).keypoints, null],
      [short.train(all).outputs.keypoints, folded(all)],
    ] as const) {
      if (!want) continue;
      expect(Math.max(...tf.abs(tf.sub(got, want)).dataSync())).toBeLessThan(1e-4);
    }
    const unseen = batch();
    expect(Math.max(...tf.abs(tf.sub(short.infer(unseen).keypoints, folded(unseen))).dataSync())).toBeLessThan(1e-4);
  });

  test('an empty folder is refused', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fiducial-npy-'));
    await expect(readNpyFolder(folder)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await writeFile(join(folder, 'a.npy'), npy([1], [3]));
    expect([...(await readNpyFolder(folder)).get('a')!.values]).toEqual([3]);
    await rm(folder, { recursive: true });
  });
});

test("torchvision's partial ResNet-18 fills all but layer4's 3x3 convolutions", async (context) => {
  const folder = join(import.meta.dirname, '../../../../shared/weights/resnet18-imagenet-partial');
  if (!existsSync(folder)) return context.skip(`not tested here: no pretrained weights at ${folder}`);
  const { report } = importWeights(graphOf(RESNET18), await readNpyFolder(folder));
  const fresh = report.fresh.filter((name) => !name.startsWith('fc.') && name.includes('conv'));
  expect(fresh).toEqual([
    'layer4.0.conv1.weight',
    'layer4.0.conv2.weight',
    'layer4.1.conv1.weight',
    'layer4.1.conv2.weight',
  ]);
  expect(report.imported).toHaveLength(16);
  expect(report.folded).toHaveLength(16);
});
