/** A ResNet as Torch's exporter writes it: NCHW floats in, module scopes as node names, 1000 scores out. */
import type { ConvNode, Graph, GraphNode, ParamValues } from '../../../training/nn/graph.ts';
import { OnnxBuilder } from '../../../training/onnx/builder.ts';
import { toOihw } from '../../../training/onnx/layers.ts';

export interface TorchOptions {
  /** Torch folds batch norms into convolutions by default, and makes up the names of what it folds. */
  readonly folded: boolean;
  /** Leaves the weights of these modules out, as a partial file has it. */
  readonly without?: (module: string) => boolean;
}

/** Up to the global average pool of `graph`, whose weights it has, and another classifier behind it. */
export function torchFile(
  graph: Graph,
  params: ParamValues,
  { folded, without = () => false }: TorchOptions,
): Uint8Array {
  const builder = new OnnxBuilder('main_graph');
  const values = new Map<string, string>();
  let made = 193;
  const stored = (name: string, shape: readonly number[], data: Float32Array) =>
    builder.constant(folded && !name.startsWith('fc.') ? `onnx::Conv_${made++}` : name, shape, data);
  const { width, height } = graph.input;
  const emit = (node: GraphNode): string => {
    const read = 'input' in node ? values.get(node.input)! : '';
    switch (node.op) {
      case 'normalise':
        return builder.input('input.1', 'float', ['batch', 3, height, width]);
      case 'conv': {
        const norm = graph.nodes.find((other) => other.op === 'batchNorm' && other.input === node.name);
        const { weight, bias } = layerOf(node, folded ? norm : undefined, params);
        const inputs = [read, stored(`${node.name}.weight`, weight.shape, weight.data)];
        if (bias) inputs.push(stored(`${node.name}.bias`, [bias.length], bias));
        return builder.node('Conv', inputs, { name: `${scope(node.name)}/Conv`, attributes: windowOf(node) });
      }
      case 'batchNorm': {
        if (folded) return read;
        const parts = { weight: node.gamma, bias: node.beta, running_mean: node.mean, running_var: node.variance };
        const own = Object.entries(parts).map(([part, name]) =>
          builder.constant(`${node.name}.${part}`, [node.channels], params.get(name)!),
        );
        const attributes = { epsilon: { float: node.epsilon } };
        return builder.node('BatchNormalization', [read, ...own], {
          name: `${scope(node.name)}/BatchNormalization`,
          attributes,
        });
      }
      case 'relu':
        return builder.node('Relu', [read], { name: `${scope(node.name)}/Relu` });
      case 'maxPool': {
        const pads = [1, 1, 1, 1];
        const attributes = { kernel_shape: [node.size, node.size], strides: [node.stride, node.stride], pads };
        return builder.node('MaxPool', [read], { name: `${scope(node.name)}/MaxPool`, attributes });
      }
      case 'add':
        return builder.node(
          'Add',
          node.inputs.map((name) => values.get(name)!),
          { name: `${scope(node.name)}/Add` },
        );
      case 'globalAvgPool':
        return builder.node('GlobalAveragePool', [read], { name: '/avgpool/GlobalAveragePool' });
      default:
        throw new RangeError(`Expected a ResNet up to its pool, got ${node.op}`);
    }
  };
  for (const node of graph.nodes) {
    values.set(node.name, emit(node));
    if (node.op === 'globalAvgPool') break;
  }
  const flat = builder.node('Flatten', [[...values.values()].at(-1)!], { name: '/Flatten', attributes: { axis: 1 } });
  const channels = graph.nodes.findLast((node) => node.op === 'batchNorm')!.channels;
  const weight = builder.constant('fc.weight', [1000, channels], new Float32Array(1000 * channels).fill(0.001));
  const bias = builder.constant('fc.bias', [1000], new Float32Array(1000));
  const scores = builder.node('Gemm', [flat, weight, bias], { name: '/fc/Gemm', attributes: { transB: 1 } });
  builder.output('495', scores, 'float', ['batch', 1000]);
  const model = builder.model();
  // A partial file is one whose tensors were taken out by their module.
  const kept = model.graph.node.filter(({ name }) => !without(moduleOf(name ?? '')));
  const read = new Set(kept.flatMap(({ input }) => input));
  model.graph.node = kept;
  model.graph.initializer = model.graph.initializer.filter(({ name }) => read.has(name));
  return builder.encode();
}

/** `layer1.0.conv1` is `/layer1/layer1.0/conv1`. */
function scope(name: string): string {
  const parts = name.split('.');
  return parts.map((part, i) => (/^\d+$/.test(part) ? `/${parts[i - 1]}.${part}` : `/${part}`)).join('');
}

function moduleOf(node: string): string {
  const modules = node.split('/').slice(1, -1);
  return modules.filter((module, i) => !modules[i + 1]?.startsWith(`${module}.`)).join('.');
}

function layerOf(node: ConvNode, norm: GraphNode | undefined, params: ParamValues) {
  const { kernel, inChannels, outChannels } = node;
  const weight = toOihw({ shape: [kernel, kernel, inChannels, outChannels], data: params.get(node.weight)! });
  if (norm?.op !== 'batchNorm') return { weight, bias: null };
  const of = (name: string, channel: number) => params.get(name)![channel]!;
  const factor = (c: number) => of(norm.gamma, c) / Math.sqrt(of(norm.variance, c) + norm.epsilon);
  const each = weight.data.length / outChannels;
  const data = weight.data.map((value, i) => value * factor(Math.floor(i / each)));
  const bias = Float32Array.from({ length: outChannels }, (_, c) => of(norm.beta, c) - of(norm.mean, c) * factor(c));
  return { weight: { shape: weight.shape, data }, bias };
}

function windowOf({ kernel, stride, pad }: ConvNode) {
  const pads = typeof pad === 'string' ? [0, 0, 0, 0] : [pad.top, pad.left, pad.bottom, pad.right];
  return { kernel_shape: [kernel, kernel], strides: [stride, stride], pads, group: 1, dilations: [1, 1] };
}
