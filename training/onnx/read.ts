/** Weights out of an ONNX file, by the names that torchvision gives them. */
import { DATA_TYPE, findAttribute, type OnnxGraph, type OnnxNode, type OnnxTensor } from './model.ts';
import { decodeModel } from './proto.ts';
import { type FloatTensor, tensorFloats } from './tensor.ts';

const FLOATS = new Set<number>([DATA_TYPE.float, DATA_TYPE.float16, DATA_TYPE.double]);

/** Names of a layer's stored inputs after the first, in ONNX's order, as torchvision calls them. */
const PARAMETER_NAMES: Readonly<Record<string, readonly string[]>> = {
  Conv: ['weight', 'bias'],
  Gemm: ['weight', 'bias'],
  BatchNormalization: ['weight', 'bias', 'running_mean', 'running_var'],
};

/**
 * Every floating-point tensor stored in the file, as float32 in ONNX's own layout: convolutions OIHW, dense [out, in]
 * (a Gemm that is stored the other way is turned). Torch's exporter renames what it folds (`onnx::Conv_193`); such
 * tensors get their names from the scope of the node that reads them: `/layer1/layer1.0/conv1/Conv` makes
 * `layer1.0.conv1.weight`. What has no such scope keeps its name. Throws INVALID_MODEL on what is no ONNX file.
 */
export function readWeights(onnxBytes: Uint8Array): Map<string, FloatTensor> {
  const { graph } = decodeModel(onnxBytes);
  const stored = storedTensors(graph);
  const names = new Map<string, string>();
  const turned = new Set<string>();
  for (const node of graph.node) {
    const scope = scopeOf(node);
    PARAMETER_NAMES[node.opType]?.forEach((parameter, i) => {
      const input = node.input[i + 1];
      if (!input || !stored.has(input)) return;
      if (isAnonymous(input) && scope) names.set(input, `${scope}.${parameter}`);
      if (node.opType === 'Gemm' && i === 0 && findAttribute(node, 'transB')?.i !== 1) turned.add(input);
    });
  }
  const named = [...stored].map(([name, tensor]): [string, FloatTensor] => {
    const values = tensorFloats(tensor);
    return [names.get(name) ?? name, turned.has(name) ? turn(values) : values];
  });
  return new Map(named);
}

function storedTensors(graph: OnnxGraph): Map<string, OnnxTensor> {
  const constants = graph.node.flatMap((node): [string, OnnxTensor][] => {
    const value = node.opType === 'Constant' ? findAttribute(node, 'value')?.t : undefined;
    return value ? [[node.output[0]!, value]] : [];
  });
  const initializers = graph.initializer.map((tensor): [string, OnnxTensor] => [tensor.name, tensor]);
  return new Map([...initializers, ...constants].filter(([, tensor]) => FLOATS.has(tensor.dataType)));
}

/** Names that an exporter made up. */
function isAnonymous(name: string): boolean {
  return /^(onnx::|\d+$)/.test(name) || name.startsWith('/');
}

/** The module path in a node's name; each segment repeats what came before it or adds to it. */
function scopeOf({ name }: OnnxNode): string | undefined {
  if (!name?.startsWith('/')) return undefined;
  const modules = name.slice(1).split('/').slice(0, -1);
  const join = (path: string, module: string) =>
    path === '' || module.startsWith(`${path}.`) ? module : `${path}.${module}`;
  const joined = modules.reduce((path, module) => {
    const parent = path.split('.').at(-1)!;
    return module.startsWith(`${parent}.`) ? join(path, module.slice(parent.length + 1)) : join(path, module);
  }, '');
  return joined || undefined;
}

/** [in, out] to [out, in]. */
function turn({ shape, data }: FloatTensor): FloatTensor {
  const [rows, columns] = shape as [number, number];
  const turned = Float32Array.from(data, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)]!);
  return { shape: [columns, rows], data: turned };
}
