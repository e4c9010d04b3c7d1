/** What a network computes in fewer passes (nn/forward.ts) beside the same layers one by one: values and gradients. */
import type { Scalar, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { createRng } from '../../../training/augment/rng.ts';
import { openBackend, type Tf } from '../../../training/backends/index.ts';
import { CONV_BIAS, convBias } from '../../../training/backends/kernels/convBias.ts';
import { MAX_POOL, maxPool } from '../../../training/backends/kernels/maxPool.ts';
import { FACE58, graphOf, NOSE } from '../../../training/nn/architectures/index.ts';
import { CENTRED_COLOUR, GraphBuilder, padding } from '../../../training/nn/builder.ts';
import { LUMA } from '../../../training/nn/forward.ts';
import { type Graph, IMAGE } from '../../../training/nn/graph.ts';
import { biasAdd, padWith } from '../../../training/nn/layers.ts';
import { buildModel, type Model } from '../../../training/nn/model.ts';
import { trainingBackends } from '../fixtures/backends.ts';

const COUNT = 2;
const GRAPHS: [string, Graph][] = [
  ['face58 at a quarter of its size', graphOf({ ...FACE58, width: 40, height: 24, channels: [12, 20, 32, 40] })],
  ['nose, whose ReLUs follow the pooling', graphOf({ ...NOSE, width: 40, height: 24 })],
  ['padded, overlapping pooling in colour, of a ReLU that another layer reads too', pooledTwice()],
];

describe.each(trainingBackends())('on %s', (backend) => {
  let tf: Tf;
  beforeAll(async () => {
    tf = (await openBackend(backend)).tf;
  });

  test.each(GRAPHS)('the fused forward pass and all its gradients are those layer by layer: %s', (_, graph) => {
    const model = buildModel(tf, graph, { rng: createRng(1) });
    randomBiases(model);
    const rng = createRng(2);
    const { width, height } = graph.input;
    const image = tf.tensor4d(
      noise(COUNT * width * height * 3, () => rng.int(256)),
      [COUNT, height, width, 3],
    );
    const names = model.params.trainable;
    const answers = [() => model.train(image).outputs.keypoints, () => layerByLayer(tf, model, image)].map((points) => {
      const tensors = names.map((name) => model.params.tensor(name));
      return tf.tidy(() => {
        const { value, grads } = tf.valueAndGrads(() => tf.sum(tf.square(points())) as Scalar)(tensors);
        return [points(), value, ...grads].map((tensor) => tensor.dataSync().slice());
      });
    });
    const [fused, plain] = answers as [Float32Array[], Float32Array[]];
    ['points', 'loss', ...names].forEach((name, i) => {
      const scale = largest(plain[i]!.map(Math.abs));
      expect(scale, name).toBeGreaterThan(0);
      expect(largestDifference(fused[i]!, plain[i]!) / scale, name).toBeLessThan(2e-5);
    });
    image.dispose();
    model.dispose();
  });
});

describe.runIf(trainingBackends().includes('tfjs-node'))("oneDNN's own operations", () => {
  let tf: Tf;
  beforeAll(async () => {
    tf = (await openBackend('tfjs-node')).tf;
  });

  test('are there, so that the fused paths are what is tested', () => {
    expect(tf.getKernel(CONV_BIAS, 'tensorflow')).toBeDefined();
    expect(tf.getKernel(MAX_POOL, 'tensorflow')).toBeDefined();
  });

  test.each([
    [1, 'same'],
    [2, 'same'],
    [1, 'valid'],
    [2, 'valid'],
  ] as const)('a convolution with its bias is the two one after the other, stride %i, %s', (strides, pad) => {
    const inputs = tensorsOf(tf, [3, 9, 7, 5], [3, 3, 5, 6], [6]);
    const fused = tf.tidy(() => outcome(tf, (x, w, b) => convBias(tf, x, w as Tensor4D, b!, { strides, pad }), inputs));
    const plain = tf.tidy(() =>
      outcome(tf, (x, w, b) => biasAdd(tf, tf.conv2d(x, w as Tensor4D, strides, pad), b!), inputs),
    );
    fused.forEach((values, i) => {
      expect(largestDifference(values, plain[i]!)).toBeLessThan(1e-4);
    });
  });

  test.each([
    [2, 2, 'valid'],
    [2, 2, 'same'],
    [3, 2, 'same'],
    [3, 1, 'valid'],
  ] as const)(
    'max pooling that notes its maxima is the one that does not, size %i, stride %i, %s',
    (size, stride, pad) => {
      const inputs = tensorsOf(tf, [2, 9, 7, 5]);
      const fused = tf.tidy(() => outcome(tf, (x) => maxPool(tf, x, { size, stride, pad }), inputs));
      const plain = tf.tidy(() => outcome(tf, (x) => tf.maxPool(x, size, stride, pad), inputs));
      expect(fused[0]).toEqual(plain[0]);
      expect(largestDifference(fused[1]!, plain[1]!)).toBeLessThan(1e-5);
    },
  );

  test('leave no tensor behind', () => {
    const [x] = tensorsOf(tf, [2, 8, 8, 3]);
    const before = tf.memory().numTensors;
    tf.tidy(() => void outcome(tf, (x) => maxPool(tf, x, { size: 2, stride: 2, pad: 'valid' }), [x!]));
    tf.tidy(() => void maxPool(tf, x as Tensor4D, { size: 2, stride: 2, pad: 'valid' }));
    expect(tf.memory().numTensors).toBe(before);
  });
});

/** The output, and the gradients of a weighted sum of it. */
function outcome(
  tf: Tf,
  compute: (x: Tensor4D, ...rest: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
): Float32Array[] {
  const objective = (...[x, ...rest]: Tensor[]) => {
    const y = compute(x as Tensor4D, ...rest);
    return tf.sum(tf.mul(y, tensorsOf(tf, y.shape)[0]!)) as Scalar;
  };
  const y = compute(inputs[0] as Tensor4D, ...inputs.slice(1));
  return [y, ...tf.grads(objective)([...inputs])].map((tensor) => tensor.dataSync().slice() as Float32Array);
}

function tensorsOf(tf: Tf, ...shapes: (readonly number[])[]): Tensor[] {
  const rng = createRng(7);
  return shapes.map((shape) => {
    const size = shape.reduce((product, side) => product * side, 1);
    return tf.tensor(
      noise(size, () => rng.uniform(-1, 1)),
      [...shape],
    );
  });
}

function noise(length: number, draw: () => number): Float32Array {
  return Float32Array.from({ length }, draw);
}

/** Biases begin at 0, where a bias that is left out would not be seen. */
function randomBiases({ params }: Model): void {
  const rng = createRng(3);
  const biases = params.specs.filter(({ role }) => role === 'bias').map(({ name }) => name);
  for (const name of biases) {
    const values = params.masters.get(name)!;
    values.set(noise(values.length, () => rng.uniform(-0.2, 0.2)));
  }
  params.upload(biases);
}

/** The graph's plain layers, each by its own operation, in the graph's order. */
function layerByLayer(tf: Tf, { graph, params }: Model, image: Tensor4D): Tensor {
  const results = new Map<string, Tensor>([[IMAGE, image]]);
  const param = (name: string) => params.tensor(name);
  for (const node of graph.nodes) {
    const x = ('input' in node ? results.get(node.input) : undefined) as Tensor4D;
    const compute = (): Tensor => {
      switch (node.op) {
        case 'normalise': {
          const channels = node.grey ? tf.sum(tf.mul(x, tf.tensor1d([...LUMA])), 3, true) : x;
          return tf.div(tf.sub(tf.div(channels, 255), tf.tensor1d([...node.mean])), tf.tensor1d([...node.deviation]));
        }
        case 'conv': {
          const padded = padWith(tf, x, node.pad, 0);
          const pad = node.pad === 'same' ? 'same' : 'valid';
          return biasAdd(tf, tf.conv2d(padded, param(node.weight) as Tensor4D, node.stride, pad), param(node.bias!));
        }
        case 'relu':
          return tf.relu(x);
        case 'maxPool': {
          const pad = node.pad === 'same' ? 'same' : 'valid';
          return tf.maxPool(padWith(tf, x, node.pad, -3.4e38), node.size, node.stride, pad);
        }
        case 'flatten':
          return tf.reshape(x, [x.shape[0], -1]);
        case 'dense':
          return biasAdd(tf, tf.matMul(x as Tensor, param(node.weight)), param(node.bias));
        case 'add':
          return tf.add(results.get(node.inputs[0])!, results.get(node.inputs[1])!);
        case 'points':
          return tf.reshape(x, [-1, node.points, 2]);
        default:
          throw new RangeError(`Expected a layer of a plain network, got ${node.op}`);
      }
    };
    results.set(node.name, compute());
  }
  return results.get(graph.outputs.keypoints)!;
}

/** relu1 is read by a pool only, relu2 by a pool and a sum: that one must not move behind its pool. */
function pooledTwice(): Graph {
  const graph = new GraphBuilder();
  const conv = graph.conv('conv1', graph.normalise(CENTRED_COLOUR), { kernel: 3, out: 6, stride: 2, pad: padding(1) });
  const pooled = graph.maxPool('pool1', graph.relu('relu1', conv), 3, 2, padding(1));
  const second = graph.relu('relu2', graph.conv('conv2', pooled, { kernel: 3, out: 6 }));
  const sum = graph.add('add', graph.maxPool('pool2', second, 3, 1, padding(1)), second);
  const flat = graph.flatten('flatten', sum, 4 * 4);
  const keypoints = graph.points('keypoints', graph.dense('fc', flat, 4), 2);
  return graph.build({
    architecture: 'pooled-twice',
    input: { width: 16, height: 16 },
    points: 2,
    outputs: { keypoints, heatmaps: null },
  });
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return largest(Float32Array.from(a, (value, i) => Math.abs(value - b[i]!)));
}

function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
