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
const VALUES_OF_FIRST_LAYER = 24 * 40 * 12;
const GRAPHS: [string, Graph][] = [
  ['face58 at a quarter of its size', graphOf({ ...FACE58, width: 40, height: 24, channels: [12, 20, 32, 40] })],
  ['nose, whose ReLUs follow the pooling', graphOf({ ...NOSE, width: 40, height: 24 })],
  ['padded, overlapping pooling in colour, of what other layers read too', pooledThrice()],
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

  test('what no layer and no gradient wants any more is given back at once', () => {
    const model = buildModel(tf, GRAPHS[0]![1], { rng: createRng(1) });
    tf.tidy(() => {
      const image = tf.zeros([1, 24, 40, 3]) as Tensor4D;
      const before = tf.memory().numBytes;
      model.infer(image);
      // Of 12 layers' values only the points, and what a pool notes of its maxima.
      expect(tf.memory().numBytes - before).toBeLessThan(VALUES_OF_FIRST_LAYER * 4);
    });
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

  test.each([10, 70_000])("a bias's gradient is the sum over %i rows", (rows) => {
    const [x, bias] = tensorsOf(tf, [1, rows, 1, 3], [3]);
    const [, , gradient] = tf.tidy(() => outcome(tf, (x, b) => biasAdd(tf, x, b!), [x!, bias!]));
    const weights = tensorsOf(tf, [1, rows, 1, 3])[0]!.dataSync();
    const sums = [0, 1, 2].map((channel) => {
      return [...weights].reduce((sum, weight, i) => sum + (i % 3 === channel ? weight : 0), 0);
    });
    expect(largestDifference(gradient!, sums)).toBeLessThan(1e-2);
  });

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

/** Only relu1 may be taken after its pool: relu2, and what relu3 reads, are read by a sum too. */
function pooledThrice(): Graph {
  const graph = new GraphBuilder();
  const conv1 = graph.conv('conv1', graph.normalise(CENTRED_COLOUR), { kernel: 3, out: 6, stride: 2, pad: padding(1) });
  const pool1 = graph.maxPool('pool1', graph.relu('relu1', conv1), 3, 2, padding(1));
  const relu2 = graph.relu('relu2', graph.conv('conv2', pool1, { kernel: 3, out: 6 }));
  const sum2 = graph.add('add2', graph.maxPool('pool2', relu2, 3, 1, padding(1)), relu2);
  const conv3 = graph.conv('conv3', sum2, { kernel: 3, out: 6 });
  const relu3 = graph.relu('relu3', conv3);
  const sum = graph.add('add3', conv3, sum2); // before the pool reads the ReLU
  const sum3 = graph.add('add4', graph.maxPool('pool3', relu3, 3, 1, padding(1)), sum);
  const flat = graph.flatten('flatten', sum3, 4 * 4);
  const keypoints = graph.points('keypoints', graph.dense('fc', flat, 4), 2);
  return graph.build({
    architecture: 'pooled-thrice',
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
