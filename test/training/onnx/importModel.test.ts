import { describe, expect, it } from 'vitest';
import type { ForeignConventions } from '../../../training/onnx/adapt.ts';
import { OnnxBuilder } from '../../../training/onnx/builder.ts';
import { parseForeignCard } from '../../../training/onnx/foreignCard.ts';
import { type ForeignCard, importModel } from '../../../training/onnx/importModel.ts';
import { BT601 } from '../../../training/onnx/input.ts';
import { open } from './runtime.ts';

const card: ForeignCard = {
  name: 'elsewhere',
  version: '1',
  description: 'Two points',
  layout: 'points',
  points: 2,
  input: { width: 4, height: 3, margin: 1, kernel: 'linear', fill: [0, 0, 0], fit: 'pad', channels: 3 },
  crop: 'box',
  codec: 'crop-units',
  detectorBoxes: {},
  flipTest: false,
  labelShift: 0,
  precision: 'float32',
  recipe: null,
  trainingRun: null,
  data: [],
  licenceNote: 'MIT',
  metrics: [],
  createdAt: '2026-11-24T00:00:00Z',
};

/** Gives the mean of each channel, and the mean of the first again where it has one channel only: 4 coordinates. */
function channelMeans(layout: 'NCHW' | 'NHWC', channels: 1 | 3, names = { input: 'x', output: 'y' }): Uint8Array {
  const builder = new OnnxBuilder('means');
  const dims = layout === 'NCHW' ? ['N', channels, 3, 4] : ['N', 3, 4, channels];
  const x = builder.input(names.input, 'float', dims);
  const axes = layout === 'NCHW' ? [2, 3] : [1, 2];
  const means = builder.node('ReduceMean', [x], { name: 'means', attributes: { axes, keepdims: 0 } });
  const indices = BigInt64Array.from([0, 1, 2, 0], (i) => BigInt(i % channels));
  const order = builder.constant('order', [4], indices);
  const four = builder.node('Gather', [means, order], { name: 'four', attributes: { axis: 1 } });
  builder.output(names.output, four, 'float', ['N', 4]);
  return builder.encode();
}

async function answer(onnxBytes: Uint8Array): Promise<number[]> {
  const session = await open(onnxBytes);
  const image = Uint8Array.from({ length: 36 }, (_, i) => [51, 102, 204][i % 3]!);
  const { data, dims } = (await session.run({ data: image, shape: [1, 3, 4, 3] })).get('keypoints')!;
  await session.close();
  expect(dims).toEqual([1, 2, 2]);
  return [...data];
}

function expectClose(got: readonly number[], expected: readonly number[]) {
  expect(got).toHaveLength(expected.length);
  got.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 5);
  });
}

describe('a model from elsewhere', () => {
  const plain: ForeignConventions = { layout: 'NCHW', colour: 'RGB', mean: [0, 0, 0], std: [1, 1, 1], units: 'crop' };
  const imported = async (bytes: Uint8Array, conventions: ForeignConventions) =>
    answer((await importModel({ onnxBytes: bytes, card, conventions, open })).onnxBytes);

  it('sees the colours, the normalisation and the layout that it expects', async () => {
    expectClose(await imported(channelMeans('NCHW', 3), plain), [0.2, 0.4, 0.8, 0.2]);
    expectClose(await imported(channelMeans('NHWC', 3), { ...plain, layout: 'NHWC' }), [0.2, 0.4, 0.8, 0.2]);
    const bgr = { ...plain, colour: 'BGR', mean: [0.1, 0, 0.2], std: [1, 2, 0.5] } as const;
    expectClose(await imported(channelMeans('NCHW', 3), bgr), [0.7, 0.2, 0, 0.7]);
    const luma = 0.2 * BT601[0] + 0.4 * BT601[1] + 0.8 * BT601[2];
    const grey = { ...plain, colour: 'grey', mean: [0], std: [1] } as const;
    expectClose(await imported(channelMeans('NCHW', 1), grey), [luma, luma, luma, luma]);
  });

  it('gives crop units, whatever it counts in', async () => {
    const pixels = await imported(channelMeans('NCHW', 3), { ...plain, units: 'pixels' });
    expectClose(pixels, [0.2 / 4, 0.4 / 3, 0.8 / 4, 0.2 / 3]);
    const centred = await imported(channelMeans('NCHW', 3), { ...plain, units: 'centred' });
    expectClose(centred, [0.6, 0.7, 0.9, 0.6]);
  });

  it('may call its own values image and keypoints', async () => {
    const bytes = channelMeans('NCHW', 3, { input: 'image', output: 'keypoints' });
    expectClose(await imported(bytes, plain), [0.2, 0.4, 0.8, 0.2]);
  });

  it('has its digest and size in its card, and no parity error', async () => {
    const { onnxBytes, card: filled } = await importModel({
      onnxBytes: channelMeans('NCHW', 3),
      card,
      conventions: plain,
      open,
    });
    expect(filled).toMatchObject({ bytes: onnxBytes.length, parityError: null, name: 'elsewhere' });
    expect(filled.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is refused, with what to say, where it does not fit', async () => {
    const refused = (request: Partial<Parameters<typeof importModel>[0]>) =>
      expect(importModel({ onnxBytes: channelMeans('NCHW', 3), card, open, ...request })).rejects;
    await refused({}).toThrow(/say how it differs/);
    await refused({ conventions: { ...plain, output: 'z' } }).toThrow('Expected one of the outputs y');
    await refused({ conventions: plain, card: { ...card, points: 3 } }).toMatchObject({ code: 'INVALID_MODEL' });
    await refused({ conventions: plain, card: { ...card, name: 'No Name' } }).toThrow('at name');
    await refused({ onnxBytes: Buffer.from('nothing'), conventions: plain }).toMatchObject({ code: 'INVALID_MODEL' });
  });
});

describe('the card file of a model from elsewhere', () => {
  const least = {
    name: 'elsewhere',
    version: '1',
    layout: 'points',
    points: 2,
    input: { width: 4, height: 3 },
    crop: 'box',
    licenceNote: 'MIT',
  };
  const conventions = { layout: 'NCHW', colour: 'RGB', mean: [0, 0, 0], std: [1, 1, 1], units: 'crop' };
  const parse = (value: unknown) => parseForeignCard(JSON.stringify(value), 'card.json');

  it('needs little, and is enough to import by', async () => {
    const given = parse({ ...least, conventions });
    expect(given.card).toMatchObject({
      input: { channels: 3, margin: 1, fit: 'pad' },
      recipe: null,
      data: [],
      metrics: [],
    });
    const { card: filled } = await importModel({ onnxBytes: channelMeans('NCHW', 3), ...given, open });
    expect(filled).toMatchObject({ name: 'elsewhere', precision: 'float32' });
    expect(parse(least)).not.toHaveProperty('conventions');
  });

  it.each([
    ['nothing', {}, /at name/],
    ['no input', { ...least, input: undefined }, /at input/],
    ['a field that no card has', { ...least, secondpass: 1 }, /secondpass/],
    [
      'a layout of axes that is none',
      { ...least, conventions: { ...conventions, layout: 'NCWH' } },
      /at conventions\.layout/,
    ],
    [
      'a mean of one channel for three',
      { ...least, conventions: { ...conventions, mean: [0.5] } },
      /a value a channel/,
    ],
  ])('with %s is refused by name', (_, value, message) => {
    expect(() => parse(value)).toThrow(message);
    expect(() => parse(value)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });

  it('that is no JSON is refused', () => {
    expect(() => parseForeignCard('{', 'card.json')).toThrow(/Expected a JSON card in card\.json/);
  });
});
