/** Model files come from whoever may register one in a project. They compute; they read nothing. */
import { describe, expect, test } from 'vitest';
import { openSession } from '../../inference/runtime.ts';
import { OnnxBuilder } from '../../training/onnx/builder.ts';
import { decodeModel, encodeModel } from '../../training/onnx/proto.ts';

/** A graph that multiplies by weights which lie, it says, in a file. */
function withExternalData(where: 'initializer' | 'constant', location: string): Uint8Array {
  const builder = new OnnxBuilder('hostile');
  const image = builder.input('image', 'uint8', ['N', 2, 2, 3]);
  const pixels = builder.node('Cast', [image], { attributes: { to: 1 } });
  const weights = builder.constant('weights', [3, 3], new Float32Array(9));
  builder.output('keypoints', builder.node('MatMul', [pixels, weights]), 'float', ['N', 2, 2, 3]);
  const model = decodeModel(builder.encode());
  const tensor = {
    ...model.graph.initializer[0]!,
    rawData: new Uint8Array(),
    floatData: [],
    dataLocation: 1,
    externalData: [
      { key: 'location', value: location },
      { key: 'offset', value: '0' },
      { key: 'length', value: '36' },
    ],
  };
  if (where === 'initializer') model.graph.initializer = [tensor];
  else {
    model.graph.initializer = [];
    const attribute = [{ name: 'value', type: 4, t: { ...tensor, name: '' } }];
    model.graph.node.unshift({ name: 'constant', opType: 'Constant', input: [], output: ['weights'], attribute });
  }
  return encodeModel(model);
}

describe.each(['initializer', 'constant'] as const)('weights of a model, as a %s', (where) => {
  // package.json: a file that is there, in the folder that tests run in.
  test.each(['package.json', './package.json', 'test/../package.json', '../../etc/passwd', '/etc/passwd'])(
    'are never read from a file of the machine: %s',
    async (location) => {
      await expect(openSession(withExternalData(where, location))).rejects.toMatchObject({ code: 'INVALID_MODEL' });
    },
  );
});

test('a model of any bytes is refused or opened, and never ends its process', async () => {
  const whole = new OnnxBuilder('plain');
  const image = whole.input('image', 'uint8', ['N', 2, 2, 3]);
  whole.output('keypoints', whole.node('Cast', [image], { attributes: { to: 1 } }), 'float', ['N', 2, 2, 3]);
  const bytes = whole.encode();
  const session = await openSession(bytes);
  await session.close();
  let refused = 0;
  for (let at = 0; at < bytes.length; at += 5) {
    const damaged = Uint8Array.from(bytes);
    damaged[at]! ^= 0xff;
    try {
      await (await openSession(damaged)).close();
    } catch (error) {
      expect(error).toMatchObject({ code: 'INVALID_MODEL' });
      refused++;
    }
  }
  for (const length of [0, 1, 10, bytes.length >> 1]) {
    await expect(openSession(bytes.subarray(0, length))).rejects.toMatchObject({ code: 'INVALID_MODEL' });
  }
  expect(refused).toBeGreaterThan(10);
});
