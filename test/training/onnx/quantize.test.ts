import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FACE58, FACE68, graphOf, NOSE } from '../../../training/nn/architectures/index.ts';
import type { Graph } from '../../../training/nn/graph.ts';
import { calibrate } from '../../../training/onnx/calibrate.ts';
import { exportOnnx } from '../../../training/onnx/export.ts';
import type { OnnxNode } from '../../../training/onnx/model.ts';
import { decodeModel, encodeModel } from '../../../training/onnx/proto.ts';
import { quantizeOnnx } from '../../../training/onnx/quantize.ts';
import { activationScale, biasScale, quantizeLayer, roundHalfEven } from '../../../training/onnx/quantizeWeights.ts';
import { randomImages, randomParams } from './networks.ts';
import { open, openWith } from './runtime.ts';

const face68 = graphOf({ ...FACE68, input: 64, headChannels: [64, 48, 32, 32] });
const face58 = graphOf({ ...FACE58, width: 40, height: 24, hidden: 32 });
const nose = graphOf(NOSE);
const crops = (graph: Graph) => [randomImages(8, graph.input, 5), randomImages(8, graph.input, 6)];

/** What the runtime makes of a graph. */
async function optimised(onnxBytes: Uint8Array): Promise<OnnxNode[]> {
  const folder = await mkdtemp(join(tmpdir(), 'fiducial-'));
  try {
    const optimizedModelFilePath = join(folder, 'optimised.onnx');
    await (await openWith({ optimizedModelFilePath })(onnxBytes)).close();
    return decodeModel(await readFile(optimizedModelFilePath)).graph.node;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** How often each operator occurs. */
function count(nodes: readonly OnnxNode[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { opType } of nodes) counts[opType] = (counts[opType] ?? 0) + 1;
  return counts;
}

async function keypoints(onnxBytes: Uint8Array, graph: Graph): Promise<Float32Array> {
  const session = await open(onnxBytes);
  const { data } = (await session.run(randomImages(4, graph.input, 9))).get('keypoints')!;
  await session.close();
  return data;
}

describe('a quantised graph', () => {
  it('is run in integers between the stem and the heatmaps, converted once each way', async () => {
    const float = exportOnnx(face68, randomParams(face68));
    const { onnxBytes, nodes } = await quantizeOnnx(float, { open, calibration: crops(face68) });
    const run = await optimised(onnxBytes);
    const operators = count(run);
    const convolutions = decodeModel(float).graph.node.filter((node) => node.opType === 'Conv').length;
    expect(operators).toMatchObject({ QLinearConv: convolutions - 2, Conv: 2, QLinearAdd: 8, Resize: 2 });
    expect(operators).toMatchObject({ QuantizeLinear: 1, DequantizeLinear: 1 });
    // The stem's pool stays in float: over integers it takes a fifth of the time.
    const integers = run.filter((node) => node.opType === 'QuantizeLinear').flatMap((node) => node.output);
    const pools = run.filter((node) => node.opType === 'MaxPool');
    expect(pools).toHaveLength(1);
    expect(integers).not.toContain(pools[0]!.input[0]);
    expect(nodes).not.toContain('conv1');
    expect(nodes).not.toContain('head.heatmaps');
    expect(onnxBytes.length).toBeLessThan(0.3 * float.length);
  });

  it('keeps dense layers but the last in integers, and answers much as the float graph does', async () => {
    const float = exportOnnx(face58, randomParams(face58));
    const { onnxBytes } = await quantizeOnnx(float, { open, calibration: crops(face58) });
    expect(count(await optimised(onnxBytes))).toMatchObject({ QLinearConv: 5, QGemm: 1, Gemm: 1, QuantizeLinear: 1 });
    const [exact, rounded] = [await keypoints(float, face58), await keypoints(onnxBytes, face58)];
    const spread = Math.max(...exact) - Math.min(...exact);
    const error = exact.reduce((sum, value, i) => sum + Math.abs(value - rounded[i]!), 0) / exact.length;
    expect(error).toBeLessThan(0.01 * spread);
  });

  it('is the same whether batch norm was folded on export or not', async () => {
    const params = randomParams(face68);
    const options = { open, calibration: crops(face68).slice(0, 1), percentile: 100 };
    const folded = await quantizeOnnx(exportOnnx(face68, params), options);
    const kept = await quantizeOnnx(exportOnnx(face68, params, { foldBatchNorm: false }), options);
    expect(kept.nodes).toEqual(folded.nodes);
    const operators = decodeModel(kept.onnxBytes).graph.node.map((node) => node.opType);
    expect(operators).not.toContain('BatchNormalization');
    const [a, b] = [await keypoints(folded.onnxBytes, face68), await keypoints(kept.onnxBytes, face68)];
    expect(Math.max(...a.map((value, i) => Math.abs(value - b[i]!)))).toBeLessThan(0.05);
  });

  it('leaves out what it is told to, and refuses where nothing is left', async () => {
    const float = exportOnnx(nose, randomParams(nose));
    const options = { open, calibration: crops(nose) };
    const { nodes } = await quantizeOnnx(float, { ...options, exclude: ['conv2'] });
    expect(nodes).toContain('conv3');
    expect(nodes).not.toContain('conv2');
    const none = quantizeOnnx(float, { ...options, exclude: ['conv2', 'conv3'] });
    await expect(none).rejects.toMatchObject({ code: 'INVALID_MODEL' });
  });

  it('needs calibration images and a percentile that makes sense', async () => {
    const float = exportOnnx(nose, randomParams(nose));
    await expect(quantizeOnnx(float, { open, calibration: [] })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    const odd = quantizeOnnx(float, { open, calibration: crops(nose), percentile: 0.999 });
    await expect(odd).rejects.toThrow('percentile above 50');
  });
});

describe('calibration', () => {
  it('takes the ends of what was seen at 100, and leaves out the rarest values below that', async () => {
    const model = decodeModel(exportOnnx(nose, randomParams(nose)));
    const images = crops(nose);
    const session = await open(exposed('conv2'));
    const [first, second] = [await session.run(images[0]!), await session.run(images[1]!)];
    await session.close();
    const seen = [...first.get('conv2')!.data, ...second.get('conv2')!.data];
    const all = (await calibrate(model, ['conv2'], { open, images, percentile: 100 })).get('conv2')!;
    seen.sort((a, b) => a - b);
    expect([all.low, all.high]).toEqual([seen[0], seen.at(-1)]);
    const most = (await calibrate(model, ['conv2'], { open, images, percentile: 99 })).get('conv2')!;
    const bin = (all.high - all.low) / 4096;
    expect(Math.abs(most.high - seen[Math.floor(0.99 * seen.length)]!)).toBeLessThan(2 * bin);
    expect(Math.abs(most.low - seen[Math.floor(0.01 * seen.length)]!)).toBeLessThan(2 * bin);
  });

  function exposed(name: string): Uint8Array {
    const model = decodeModel(exportOnnx(nose, randomParams(nose)));
    model.graph.output.push({ name, type: { tensorType: { elemType: 1 } } });
    return encodeModel(model);
  }
});

describe('scales and integers', () => {
  const finite = (size: number) => fc.float({ min: -size, max: size, noNaN: true });

  it('represent zero exactly, and every value of the range within half a step', () => {
    const ranges = fc.tuple(fc.float({ min: -50, max: 0, noNaN: true }), fc.float({ min: 0, max: 50, noNaN: true }));
    fc.assert(
      fc.property(ranges, fc.double({ min: 0, max: 1, noNaN: true }), ([low, high], share) => {
        const { scale, zeroPoint } = activationScale({ low, high });
        const value = low + share * (high - low);
        const q = Math.min(255, Math.max(0, roundHalfEven(value / scale) + zeroPoint));
        // The zero point is rounded too: another half step at the ends.
        expect(Math.abs((q - zeroPoint) * scale - value)).toBeLessThanOrEqual(scale * 1.0001);
        expect(Number.isInteger(zeroPoint) && zeroPoint >= 0 && zeroPoint <= 255).toBe(true);
      }),
    );
  });

  it('keep weights within half a step of their channel, and biases within half of theirs', () => {
    const layers = fc.record({
      weights: fc.array(finite(4), { minLength: 12, maxLength: 12 }),
      bias: fc.array(finite(1000), { minLength: 3, maxLength: 3 }),
      inputScale: fc.double({ min: 1e-4, max: 1, noNaN: true }),
      limit: fc.constantFrom(63 as const, 127 as const),
    });
    fc.assert(
      fc.property(layers, ({ weights, bias, inputScale, limit }) => {
        const data = Float32Array.from(weights);
        const biases = Float32Array.from(bias);
        const layer = quantizeLayer({ shape: [3, 4], data }, biases, inputScale, limit);
        expect(Math.max(...layer.weights.map(Math.abs))).toBeLessThanOrEqual(limit);
        data.forEach((value, i) => {
          const scale = layer.weightScales[Math.floor(i / 4)]!;
          expect(Math.abs(layer.weights[i]! * scale - value)).toBeLessThanOrEqual(scale * 0.5001);
        });
        biases.forEach((value, channel) => {
          const step = biasScale(inputScale, layer.weightScales[channel]!);
          expect(Math.abs(layer.bias![channel]! * step - value)).toBeLessThanOrEqual(
            step * 0.5001 + 1e-7 * Math.abs(value),
          );
        });
      }),
    );
  });

  it('round halves to even, as the runtime does', () => {
    expect([0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 2.4999, 3].map(roundHalfEven)).toEqual([0, 2, 2, -0, -2, -2, 2, 3]);
  });
});
