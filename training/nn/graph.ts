/**
 * A network as a value: a list of nodes in topological order. The training forward pass (forward.ts) and the ONNX
 * export both read this same value, so neither can know anything the other does not.
 *
 * Tensors are NHWC. Convolution weights are HWIO, depthwise weights HWC1, dense weights [in, out]. A node's `input`
 * names the node it reads; IMAGE is the batch as decoded, sRGB [N, H, W, 3] with values 0 to 255.
 * Parameters are named as torchvision names them (`layer1.0.conv1.weight`, `bn1.running_mean`).
 */

/** The name by which nodes read the batch of images: [N, H, W, 3], 0 to 255, RGB. */
export const IMAGE = 'image';

/** Zeros added on each side before the window slides ("valid" on the padded input). */
export interface Padding {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** `same` as TensorFlow and ONNX's SAME_UPPER: the odd zero goes below and to the right. */
export type Pad = 'same' | 'valid' | Padding;

/** [N,H,W,3] 0..255 -> [N,H,W,C]: where `grey`, first BT.601 luma (C = 1); then (pixel / 255 - mean) / deviation. */
export interface NormaliseNode {
  readonly op: 'normalise';
  readonly name: string;
  readonly input: typeof IMAGE;
  readonly grey: boolean;
  /** One for each channel after the grey conversion. */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** [N,H,W,I] -> [N,H',W',O]. */
export interface ConvNode {
  readonly op: 'conv';
  readonly name: string;
  readonly input: string;
  /** HWIO, [kernel, kernel, inChannels, outChannels]. */
  readonly weight: string;
  /** [outChannels]; null where a batch norm follows. */
  readonly bias: string | null;
  readonly kernel: number;
  readonly stride: number;
  readonly pad: Pad;
  readonly inChannels: number;
  readonly outChannels: number;
}

/** [N,H,W,C] -> [N,H',W',C], a filter a channel (multiplier 1). */
export interface DepthwiseConvNode {
  readonly op: 'depthwiseConv';
  readonly name: string;
  readonly input: string;
  /** HWC1, [kernel, kernel, channels, 1]. */
  readonly weight: string;
  readonly bias: string | null;
  readonly kernel: number;
  readonly stride: number;
  readonly pad: Pad;
  readonly channels: number;
}

/** Over the last axis. Inference: (x - mean) / sqrt(variance + epsilon) * gamma + beta. */
export interface BatchNormNode {
  readonly op: 'batchNorm';
  readonly name: string;
  readonly input: string;
  /** Each [channels]. */
  readonly gamma: string;
  readonly beta: string;
  readonly mean: string;
  readonly variance: string;
  readonly epsilon: number;
  readonly channels: number;
}

export interface ReluNode {
  readonly op: 'relu';
  readonly name: string;
  readonly input: string;
}

/** Padding never wins (minus infinity). */
export interface MaxPoolNode {
  readonly op: 'maxPool';
  readonly name: string;
  readonly input: string;
  readonly size: number;
  readonly stride: number;
  readonly pad: Pad;
}

export interface AddNode {
  readonly op: 'add';
  readonly name: string;
  readonly inputs: readonly [string, string];
}

/** Along the channels, in the order given. */
export interface ConcatNode {
  readonly op: 'concat';
  readonly name: string;
  readonly inputs: readonly string[];
}

/** [N,H,W,C] -> [N,2H,2W,C], each cell repeated. */
export interface UpsampleNode {
  readonly op: 'upsampleNearest2x';
  readonly name: string;
  readonly input: string;
}

/** [N,H,W,C] -> [N,C]. */
export interface GlobalAvgPoolNode {
  readonly op: 'globalAvgPool';
  readonly name: string;
  readonly input: string;
}

/** [N,H,W,C] -> [N,H*W*C], in that order (rows, columns, channels): an NCHW exporter must reorder the dense weight. */
export interface FlattenNode {
  readonly op: 'flatten';
  readonly name: string;
  readonly input: string;
}

/** [N,I] -> [N,O]. */
export interface DenseNode {
  readonly op: 'dense';
  readonly name: string;
  readonly input: string;
  /** [inFeatures, outFeatures]. */
  readonly weight: string;
  readonly bias: string;
  readonly inFeatures: number;
  readonly outFeatures: number;
}

/** [N,2K] -> [N,K,2], x before y, crop units. */
export interface PointsNode {
  readonly op: 'points';
  readonly name: string;
  readonly input: string;
  readonly points: number;
}

/**
 * Integral regression (DSNT: Nibali et al. 2018). [N,H,W,K] -> [N,K,2] in crop units: softmax over the H*W cells of
 * each map, then the expectation of the cells' centres, x = (column + 0.5) / W, y = (row + 0.5) / H.
 */
export interface SoftArgmaxNode {
  readonly op: 'softArgmax';
  readonly name: string;
  readonly input: string;
  readonly points: number;
}

export type GraphNode =
  | NormaliseNode
  | ConvNode
  | DepthwiseConvNode
  | BatchNormNode
  | ReluNode
  | MaxPoolNode
  | AddNode
  | ConcatNode
  | UpsampleNode
  | GlobalAvgPoolNode
  | FlattenNode
  | DenseNode
  | PointsNode
  | SoftArgmaxNode;

export interface Graph {
  /** The architecture: `nose`, `face58`, `resnet18`, `face68`, ... */
  readonly architecture: string;
  /** Pixels of the crop that the network reads. The image has three channels always; `normalise` makes them grey. */
  readonly input: { readonly width: number; readonly height: number };
  readonly points: number;
  readonly nodes: readonly GraphNode[];
  /** Node names. `keypoints` is [N,K,2] in crop units; `heatmaps` are logits [N,H,W,K] before any softmax. */
  readonly outputs: { readonly keypoints: string; readonly heatmaps: string | null };
}

export type ParamRole = 'weight' | 'bias' | 'gamma' | 'beta' | 'runningMean' | 'runningVariance';

export interface ParamSpec {
  readonly name: string;
  readonly role: ParamRole;
  readonly shape: readonly number[];
  /** Inputs summed into one output value: what He initialisation divides by. 0 where there is nothing to sum. */
  readonly fanIn: number;
  /** The node that it belongs to. */
  readonly node: string;
}

/** Every parameter of the graph, in the order of its nodes. */
export function paramsOf(graph: Graph): ParamSpec[] {
  return graph.nodes.flatMap(paramsOfNode);
}

function paramsOfNode(node: GraphNode): ParamSpec[] {
  switch (node.op) {
    case 'conv': {
      const { kernel, inChannels, outChannels } = node;
      return weightAndBias(node, [kernel, kernel, inChannels, outChannels], outChannels, kernel * kernel * inChannels);
    }
    case 'depthwiseConv': {
      const { kernel, channels } = node;
      return weightAndBias(node, [kernel, kernel, channels, 1], channels, kernel * kernel);
    }
    case 'dense':
      return weightAndBias(node, [node.inFeatures, node.outFeatures], node.outFeatures, node.inFeatures);
    case 'batchNorm': {
      const of = (role: ParamRole, name: string): ParamSpec => {
        return { name, role, shape: [node.channels], fanIn: 0, node: node.name };
      };
      const { gamma, beta, mean, variance } = node;
      return [of('gamma', gamma), of('beta', beta), of('runningMean', mean), of('runningVariance', variance)];
    }
    default:
      return [];
  }
}

function weightAndBias(
  node: { readonly name: string; readonly weight: string; readonly bias: string | null },
  shape: readonly number[],
  outputs: number,
  fanIn: number,
): ParamSpec[] {
  const weight: ParamSpec = { name: node.weight, role: 'weight', shape, fanIn, node: node.name };
  if (node.bias === null) return [weight];
  return [weight, { name: node.bias, role: 'bias', shape: [outputs], fanIn, node: node.name }];
}

/** The trained numbers beside the graph: name -> values, in the layout of {@link ParamSpec.shape}. */
export type ParamValues = ReadonlyMap<string, Float32Array>;
