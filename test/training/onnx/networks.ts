/** Untrained networks and images for the export's tests: seeded, so that every run sees the same. */
import { createRng } from '../../../training/augment/rng.ts';
import { openBackend } from '../../../training/backends/index.ts';
import { forward, inferBatchNorm } from '../../../training/nn/forward.ts';
import { type Graph, type ParamValues, paramsOf } from '../../../training/nn/graph.ts';
import type { ImageBatch } from '../../../training/onnx/session.ts';
import { elementCount } from '../../../training/onnx/tensor.ts';

/**
 * He weights, and batch norms that are not the identity, so that a mistake in them shows. The last layer is a tenth:
 * trained networks answer with coordinates about 0 to 1.
 */
export function randomParams(graph: Graph): ParamValues {
  const params = drawn.get(graph) ?? drawParams(graph, 1);
  drawn.set(graph, params);
  return params;
}

const drawn = new WeakMap<Graph, ParamValues>();

function drawParams(graph: Graph, seed: number): ParamValues {
  const rng = createRng(seed);
  const last = graph.nodes.findLast((node) => node.op === 'dense' || node.op === 'conv')?.name;
  return new Map(
    paramsOf(graph).map(({ name, role, shape, fanIn, node }) => {
      const values = new Float32Array(elementCount(shape));
      const deviation = Math.sqrt(2 / fanIn) * (node === last ? 0.1 : 1);
      for (let i = 0; i < values.length; i++) {
        if (role === 'weight') values[i] = rng.normal(deviation);
        else if (role === 'gamma') values[i] = rng.uniform(0.3, 0.8);
        else if (role === 'runningVariance') values[i] = rng.uniform(0.5, 1.5);
        else values[i] = rng.normal(0.1);
      }
      return [name, values];
    }),
  );
}

/** Blocks of colour with noise on them: neither constant nor white. */
export function randomImages(count: number, { width, height }: Graph['input'], seed = 2): ImageBatch {
  const rng = createRng(seed);
  const data = new Uint8Array(count * height * width * 3);
  const block = 8;
  const columns = Math.ceil(width / block);
  for (let n = 0; n < count; n++) {
    const colours = Float64Array.from({ length: columns * Math.ceil(height / block) * 3 }, () => rng.uniform(0, 255));
    for (let at = 0; at < height * width * 3; at++) {
      const [y, x, c] = [Math.floor(at / (3 * width)), Math.floor(at / 3) % width, at % 3];
      const colour = colours[(Math.floor(y / block) * columns + Math.floor(x / block)) * 3 + c]!;
      data[n * height * width * 3 + at] = Math.min(255, Math.max(0, colour + rng.uniform(-20, 20)));
    }
  }
  return { data, shape: [count, height, width, 3] };
}

/** The training engine's own answer, in inference mode on the reference backend: [N * K * 2] in crop units. */
export async function forwardOf(graph: Graph, params: ParamValues): Promise<(images: ImageBatch) => Float32Array> {
  const { tf } = await openBackend('cpu');
  const shapes = new Map(paramsOf(graph).map(({ name, shape }) => [name, shape]));
  return ({ data, shape }) => {
    const answer = tf.tidy(() =>
      forward(tf, graph, tf.tensor4d(Float32Array.from(data), [...shape]), {
        param: (name) => tf.tensor(params.get(name)!, [...shapes.get(name)!]),
        batchNorm: (node, x) => inferBatchNorm(tf, node, x, params),
      }).keypoints.dataSync(),
    );
    return Float32Array.from(answer);
  };
}
