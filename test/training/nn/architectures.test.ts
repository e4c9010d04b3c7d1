import { beforeAll, describe, expect, test } from 'vitest';
import { createRng } from '../../../training/augment/rng.ts';
import { openBackend, type Tf } from '../../../training/backends/index.ts';
import { predict } from '../../../training/fit/step.ts';
import {
  type ArchitectureSpec,
  FACE58,
  FACE68,
  graphOf,
  NOSE,
  RESNET18,
  RESNET18_FROZEN,
} from '../../../training/nn/architectures/index.ts';
import { paramsOf } from '../../../training/nn/graph.ts';
import { buildModel } from '../../../training/nn/model.ts';

let tf: Tf;
beforeAll(async () => {
  tf = (await openBackend('wasm')).tf;
});

/** Values that gradients change: all but running statistics. */
function parameterCount(spec: ArchitectureSpec): number {
  const learnt = paramsOf(graphOf(spec)).filter(({ role }) => role !== 'runningMean' && role !== 'runningVariance');
  return learnt.reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0);
}

describe('the architectures have the parameters that their descriptions give', () => {
  test('nose: 3 convolutions and one fully connected layer', () => {
    expect(parameterCount(NOSE)).toBe(
      3 * 3 * 12 + 12 + (9 * 12 * 20 + 20) + (9 * 20 * 32 + 32) + (10 * 7 * 32 * 2 + 2),
    );
  });
  test('face58: 6 convolutions, 19,200 features, 256, 116', () => {
    const channels = [1, 12, 20, 32, 40, 48, 64];
    const convolutions = channels.slice(1).reduce((sum, out, i) => sum + 9 * channels[i]! * out + out, 0);
    expect(parameterCount(FACE58)).toBe(convolutions + (19_200 * 256 + 256) + (256 * 116 + 116));
  });
  test("resnet18: torchvision's 11,176,512 without its classifier, and 512 x 2048 x 136", () => {
    expect(parameterCount(RESNET18)).toBe(11_176_512 + (512 * 2048 + 2048) + (2048 * 136 + 136));
  });
  test('face68: 3.6 million', () => {
    expect(parameterCount(FACE68) / 1e6).toBeCloseTo(3.63, 1);
  });
  test("resnet18's frozen nodes are the first three convolutions and their batch norms", () => {
    const nodes = graphOf(RESNET18).nodes;
    const first = nodes.filter(({ op }) => op === 'conv').slice(0, 3);
    expect(RESNET18_FROZEN.filter((name) => nodes.find((node) => node.name === name)!.op === 'conv')).toEqual(
      first.map(({ name }) => name),
    );
  });
});

test.each<[string, ArchitectureSpec]>([
  ['nose', NOSE],
  ['face58', FACE58],
  ['resnet18 at 64 px', { ...RESNET18, input: 64 }],
  ['face68 at 64 px', { ...FACE68, input: 64 }],
])('%s gives finite points before any training, and the same for the same seed', (_, spec) => {
  const graph = graphOf(spec);
  const { width, height } = graph.input;
  const images = new Uint8Array(width * height * 3).map((_, i) => (i * 37) % 256);
  const answers = [1, 1].map((seed) => {
    const model = buildModel(tf, graph, { rng: createRng(seed) });
    const points = predict(tf, model, images, 1);
    model.dispose();
    return points;
  });
  expect(answers[0]!.length).toBe(2 * graph.points);
  expect(answers[0]!.every(Number.isFinite)).toBe(true);
  expect(answers[1]).toEqual(answers[0]);
});

test('a grey network reads colour and converts by BT.601, or reads what was converted already', () => {
  const model = buildModel(tf, graphOf({ ...NOSE, width: 16, height: 16 }), { rng: createRng(1) });
  const colour = Float32Array.from({ length: 16 * 16 * 3 }, (_, i) => (i * 53) % 256);
  const grey = Float32Array.from(
    { length: 256 },
    (_, i) => 0.299 * colour[3 * i]! + 0.587 * colour[3 * i + 1]! + 0.114 * colour[3 * i + 2]!,
  );
  const [a, b] = [predict(tf, model, colour, 1), predict(tf, model, grey, 1)];
  expect(Math.max(...a.map((value, i) => Math.abs(value - b[i]!)))).toBeLessThan(1e-5);
  expect(() => predict(tf, model, new Float32Array(7), 1)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
});

test('a frozen node that does not exist is refused', () => {
  expect(() => buildModel(tf, graphOf(NOSE), { rng: createRng(1), frozen: ['conv9'] })).toThrow(/conv9/);
});
