import { describe, expect, it } from 'vitest';
import { FACE58, FACE68, graphOf, NOSE, RESNET18 } from '../../../training/nn/architectures/index.ts';
import { GraphBuilder, padding } from '../../../training/nn/builder.ts';
import type { Graph } from '../../../training/nn/graph.ts';
import { exportOnnx } from '../../../training/onnx/export.ts';
import { checkParity } from '../../../training/onnx/parity.ts';
import { decodeModel } from '../../../training/onnx/proto.ts';
import { forwardOf, randomImages, randomParams } from './networks.ts';
import { open } from './runtime.ts';

/** Smaller where the pure JavaScript reference would take long; every layer is there. */
const NETWORKS = {
  nose: graphOf(NOSE),
  'nose with 5x5 kernels in colour': graphOf({ ...NOSE, kernel: 5, grey: false }),
  face58: graphOf({ ...FACE58, width: 40, height: 24, hidden: 32 }),
  resnet18: graphOf({ ...RESNET18, input: 32, hidden: 64 }),
  face68: graphOf({ ...FACE68, input: 32, headChannels: [32, 24, 24, 24] }),
  'every kind of layer': everyLayer(),
};

describe('an exported graph', () => {
  it.each(Object.entries(NETWORKS))('answers what the trained network answers: %s', async (_, graph) => {
    const params = randomParams(graph);
    const samples = [randomImages(2, graph.input, 3), randomImages(1, graph.input, 4)];
    const forward = await forwardOf(graph, params);
    for (const foldBatchNorm of [true, false]) {
      const onnxBytes = exportOnnx(graph, params, { foldBatchNorm });
      expect(await checkParity({ onnxBytes, open, forward, samples })).toBeLessThan(1e-4);
    }
  });

  it('has no batch norm unless asked to keep it', () => {
    const graph = NETWORKS.resnet18;
    const ops = (foldBatchNorm: boolean) =>
      decodeModel(exportOnnx(graph, randomParams(graph), { foldBatchNorm })).graph.node.map((node) => node.opType);
    expect(ops(true)).not.toContain('BatchNormalization');
    expect(ops(false).filter((op) => op === 'BatchNormalization')).toHaveLength(20);
  });

  it('takes any number of images and says so', async () => {
    const graph = NETWORKS.nose;
    const bytes = exportOnnx(graph, randomParams(graph), { metadata: { recipe: 'nose' } });
    const model = decodeModel(bytes);
    const dims = model.graph.input[0]!.type.tensorType!.shape!.dim;
    expect(dims).toEqual([{ dimParam: 'N' }, { dimValue: 60 }, { dimValue: 80 }, { dimValue: 3 }]);
    expect(model.metadataProps).toEqual([{ key: 'recipe', value: 'nose' }]);
    const session = await open(bytes);
    for (const count of [1, 5]) {
      const keypoints = (await session.run(randomImages(count, graph.input))).get('keypoints');
      expect(keypoints?.dims).toEqual([count, 1, 2]);
    }
    await session.close();
  });

  it('answers for an image the same alone and in a batch', async () => {
    const graph = NETWORKS.face68;
    const session = await open(exportOnnx(graph, randomParams(graph)));
    const both = randomImages(2, graph.input);
    const second = { data: both.data.subarray(both.data.length / 2), shape: [1, 32, 32, 3] as const };
    const together = (await session.run(both)).get('keypoints')!.data;
    const alone = (await session.run(second)).get('keypoints')!.data;
    const last = together.subarray(together.length / 2);
    expect(Math.max(...alone.map((value, i) => Math.abs(value - last[i]!)))).toBeLessThan(1e-5);
    await session.close();
  });

  it('is surer of a point whose heatmap has one peak than of one whose heatmap is flat', async () => {
    const graph = NETWORKS.face68;
    const params = new Map(randomParams(graph));
    const weight = params.get('head.heatmaps.weight')!;
    // Point 0 does not see its features: every cell is as likely. Point 1 sees them loudly.
    const sharpened = weight.map((value, i) => (i % 68 === 0 ? 0 : i % 68 === 1 ? 1000 * value : value));
    params.set('head.heatmaps.weight', sharpened);
    const session = await open(exportOnnx(graph, params));
    const confidence = (await session.run(randomImages(1, graph.input))).get('confidence')!;
    expect(confidence.dims).toEqual([1, 68]);
    expect(confidence.data[0]).toBeCloseTo(9 / 64, 5);
    expect(confidence.data[1]).toBeGreaterThan(0.9);
    expect(Math.max(...confidence.data)).toBeLessThanOrEqual(1);
    await session.close();
  });

  it('is refused where parameters are missing, of another size, or not numbers', () => {
    const graph = NETWORKS.nose;
    const params = randomParams(graph);
    const change = (name: string, values?: Float32Array) => {
      const changed = new Map(params);
      if (values) changed.set(name, values);
      else changed.delete(name);
      return () => exportOnnx(graph, changed);
    };
    expect(change('conv1.weight')).toThrow('conv1.weight');
    expect(change('fc.bias', new Float32Array(3))).toThrow('Expected 2 values');
    expect(change('fc.bias', Float32Array.of(0, Number.NaN))).toThrow('finite');
  });
});

describe('the parity check', () => {
  const graph = NETWORKS.nose;
  const params = randomParams(graph);
  const samples = [randomImages(1, graph.input)];
  const onnxBytes = exportOnnx(graph, params);

  it('refuses a graph that answers differently', async () => {
    const forward = await forwardOf(graph, params);
    const shifted = (images: (typeof samples)[0]) => forward(images).map((value) => value + 2e-4);
    const check = checkParity({ onnxBytes, open, forward: shifted, samples });
    await expect(check).rejects.toMatchObject({ code: 'PARITY_FAILED', message: expect.stringContaining('0.0001') });
  });

  it('refuses what is not a number, another number of points, and no samples', async () => {
    const nan = { onnxBytes, open, samples, forward: () => Float32Array.of(Number.NaN, 0) };
    await expect(checkParity(nan)).rejects.toMatchObject({ code: 'PARITY_FAILED' });
    await expect(checkParity({ ...nan, forward: () => new Float32Array(4) })).rejects.toThrow('Expected 4 coordinates');
    await expect(checkParity({ ...nan, samples: [] })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});

/** Odd sizes under `same` with stride 2, depthwise, concat, a flatten that no dense layer reads directly. */
function everyLayer(): Graph {
  const graph = new GraphBuilder();
  const image = graph.normalise({ grey: false, mean: [0.4, 0.5, 0.6], deviation: [0.2, 0.25, 0.3] });
  const half = graph.conv('half', image, { kernel: 3, out: 6, stride: 2 });
  const pooled = graph.maxPool('pooled', half, 3, 2, 'same');
  const wise = graph.depthwise('wise', pooled, { kernel: 3, pad: padding(1), bias: false });
  const normed = graph.relu('relu', graph.batchNorm('norm', wise));
  const strided = graph.depthwise('strided', graph.upsample('up', normed), { kernel: 5, stride: 2 });
  const sum = graph.add('sum', strided, pooled);
  // Read twice, so that its batch norm can not be folded.
  const shared = graph.conv('shared', sum, { kernel: 2, out: 4, bias: false });
  const both = graph.concat('both', [graph.batchNorm('norm2', shared), shared, sum]);
  const flat = graph.flatten('flat', graph.conv('small', both, { kernel: 3, out: 3, pad: 'valid' }), 3 * 2);
  const hidden = graph.dense('hidden', graph.relu('flat.relu', flat), 10);
  return graph.build({
    architecture: 'every-layer',
    input: { width: 19, height: 15 },
    points: 3,
    outputs: { keypoints: graph.points('points', graph.dense('out', hidden, 6), 3), heatmaps: null },
  });
}
