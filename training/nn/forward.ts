/** Runs a graph on a backend. Everything here has a gradient. */
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { convBias } from '../backends/kernels/convBias.ts';
import { maxPool } from '../backends/kernels/maxPool.ts';
import type { Tf } from '../backends/types.ts';
import type {
  BatchNormNode,
  ConvNode,
  DepthwiseConvNode,
  Graph,
  GraphNode,
  NormaliseNode,
  ReluNode,
  SoftArgmaxNode,
} from './graph.ts';
import { IMAGE } from './graph.ts';
import { biasAdd, padFor, padWith } from './layers.ts';
import { lastReads, lateRelus } from './readers.ts';

export interface Outputs {
  /** [N,K,2] in crop units. */
  readonly keypoints: Tensor;
  /** [N*K, H*W], each row a map that sums to 1; null where the network has no heatmaps. Its side lengths: `mapSize`. */
  readonly maps: Tensor2D | null;
  readonly mapSize: { readonly width: number; readonly height: number } | null;
}

export interface Evaluation {
  readonly param: (name: string) => Tensor;
  /** Batch norm differs between training, inference and calibration. [N,H,W,C] -> the same shape. */
  readonly batchNorm: (node: BatchNormNode, x: Tensor4D) => Tensor4D;
}

/**
 * `image` is [N,H,W,3], RGB, 0 to 255, float32; or [N,H,W,1] for a network that reads grey, where the conversion is done
 * already. Call inside `tf.tidy`.
 */
export function forward(tf: Tf, graph: Graph, image: Tensor4D, evaluation: Evaluation): Outputs {
  const results = new Map<string, Tensor>([[IMAGE, image]]);
  const late = lateRelus(graph);
  const unread = lastReads(graph);
  let maps: Outputs['maps'] = null;
  let mapSize: Outputs['mapSize'] = null;
  for (const node of graph.nodes) {
    if (node.op === 'softArgmax') {
      const logits = results.get(node.input) as Tensor4D;
      mapSize = { height: logits.shape[1], width: logits.shape[2] };
      maps = heatmapProbabilities(tf, logits);
      results.set(node.name, expectation(tf, node, maps, mapSize));
    } else if (late.has(node.name)) {
      results.set(node.name, results.get((node as ReluNode).input)!);
      continue; // its input is wanted still, under its name
    } else {
      const y = evaluate(tf, node, results, evaluation);
      const pooled = node.op === 'maxPool' && late.has(node.input);
      results.set(node.name, pooled ? tf.relu(y) : y);
      if (pooled) y.dispose();
    }
    // The tape has hold of what gradients want. The rest is given back at once: its memory is soon written to again.
    for (const name of unread.get(node.name) ?? []) results.get(name)!.dispose();
  }
  return { keypoints: results.get(graph.outputs.keypoints)!, maps, mapSize };
}

type PlainNode = Exclude<GraphNode, SoftArgmaxNode>;

function evaluate(tf: Tf, node: PlainNode, results: ReadonlyMap<string, Tensor>, evaluation: Evaluation): Tensor {
  const read = (name: string) => results.get(name) as Tensor4D;
  switch (node.op) {
    case 'normalise':
      return normalise(tf, node, read(node.input));
    case 'conv':
      return conv(tf, node, read(node.input), evaluation);
    case 'depthwiseConv':
      return depthwise(tf, node, read(node.input), evaluation);
    case 'batchNorm':
      return evaluation.batchNorm(node, read(node.input));
    case 'relu':
      return tf.relu(read(node.input));
    case 'maxPool': {
      const x = read(node.input);
      const pad = padFor(x, node.size, node.stride, node.pad);
      // Minus infinity would make NaN in some gradients; nothing in a float32 network is lower than this.
      const padded = padWith(tf, x, pad, -3.4e38);
      return maxPool(tf, padded, { size: node.size, stride: node.stride, pad: pad === 'same' ? 'same' : 'valid' });
    }
    case 'add':
      return tf.add(read(node.inputs[0]), read(node.inputs[1]));
    case 'concat':
      return tf.concat(node.inputs.map(read), 3);
    case 'upsampleNearest2x': {
      const [, height, width] = read(node.input).shape;
      return tf.image.resizeNearestNeighbor(read(node.input), [2 * height, 2 * width]);
    }
    case 'globalAvgPool':
      return tf.mean(read(node.input), [1, 2]);
    case 'flatten': {
      const [count, ...rest] = read(node.input).shape;
      return tf.reshape(read(node.input), [count, rest.reduce((product, side) => product * side, 1)]);
    }
    case 'dense': {
      const x = results.get(node.input) as Tensor2D;
      return biasAdd(tf, tf.matMul(x, evaluation.param(node.weight) as Tensor2D), evaluation.param(node.bias));
    }
    case 'points':
      return tf.reshape(read(node.input), [-1, node.points, 2]);
  }
}

/** BT.601 luma, as ITU-R BT.601-7 weighs gamma-coded R, G and B. */
export const LUMA = [0.299, 0.587, 0.114] as const;

/** A convolution of one pixel: the grey conversion, the scale and the shift in one pass. */
function normalise(tf: Tf, node: NormaliseNode, image: Tensor4D): Tensor4D {
  const channels = image.shape[3];
  const scale = node.deviation.map((deviation) => 1 / (255 * deviation));
  const weights = node.grey && channels === 3 ? LUMA.map((share) => share * scale[0]!) : diagonal(scale);
  const filter = tf.tensor4d(weights, [1, 1, channels, scale.length]);
  const shift = tf.tensor1d(node.deviation.map((deviation, c) => -node.mean[c]! / deviation));
  return convBias(tf, image, filter, shift, { strides: 1, pad: 'valid' });
}

function diagonal(values: readonly number[]): number[] {
  return values.flatMap((value, row) => values.map((_, column) => (row === column ? value : 0)));
}

function conv(tf: Tf, node: ConvNode, x: Tensor4D, { param }: Evaluation): Tensor4D {
  const pad = padFor(x, node.kernel, node.stride, node.pad);
  const padded = padWith(tf, x, pad, 0);
  const weight = param(node.weight) as Tensor4D;
  const attributes = { strides: node.stride, pad: pad === 'same' ? 'same' : 'valid' } as const;
  if (node.bias === null) return tf.conv2d(padded, weight, attributes.strides, attributes.pad);
  return convBias(tf, padded, weight, param(node.bias), attributes);
}

function depthwise(tf: Tf, node: DepthwiseConvNode, x: Tensor4D, { param }: Evaluation): Tensor4D {
  const pad = padFor(x, node.kernel, node.stride, node.pad);
  const padded = padWith(tf, x, pad, 0);
  const y = tf.depthwiseConv2d(padded, param(node.weight) as Tensor4D, node.stride, pad === 'same' ? 'same' : 'valid');
  return node.bias === null ? y : biasAdd(tf, y, param(node.bias));
}

/** [N,H,W,K] logits -> [N*K, H*W], softmax over the cells. */
function heatmapProbabilities(tf: Tf, logits: Tensor4D): Tensor2D {
  const [count, height, width, points] = logits.shape;
  return tf.softmax(tf.reshape(tf.transpose(logits, [0, 3, 1, 2]), [count * points, height * width]) as Tensor2D);
}

/** The mean of the cells' centres under each map: [N,K,2]. */
function expectation(tf: Tf, node: SoftArgmaxNode, maps: Tensor2D, size: { width: number; height: number }): Tensor {
  return tf.reshape(tf.matMul(maps, cellCentres(tf, size)), [-1, node.points, 2]);
}

/** [H*W, 2]: x and y of each cell's centre in crop units, row by row. */
export function cellCentres(tf: Tf, { width, height }: { width: number; height: number }): Tensor2D {
  const centres = new Float32Array(width * height * 2);
  for (let cell = 0; cell < width * height; cell++) {
    centres[2 * cell] = ((cell % width) + 0.5) / width;
    centres[2 * cell + 1] = (Math.floor(cell / width) + 0.5) / height;
  }
  return tf.tensor2d(centres, [width * height, 2]);
}

/** Batch norm in inference mode, its four parameters folded into one factor and one summand a channel. */
export function inferBatchNorm(
  tf: Tf,
  node: BatchNormNode,
  x: Tensor4D,
  values: ReadonlyMap<string, Float32Array>,
): Tensor4D {
  const of = (name: string) => values.get(name)!;
  const scale = of(node.gamma).map((gamma, c) => gamma / Math.sqrt(of(node.variance)[c]! + node.epsilon));
  const shift = of(node.beta).map((beta, c) => beta - of(node.mean)[c]! * scale[c]!);
  return tf.add(tf.mul(x, tf.tensor1d(scale) as Tensor1D), tf.tensor1d(shift) as Tensor1D);
}
