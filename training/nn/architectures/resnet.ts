/** The stages of ResNet-18 (He et al. 2015) with torchvision's names. */
import { type GraphBuilder, padding } from '../builder.ts';

/** conv1, bn1, ReLU, max pool: a quarter of the input's width and height, 64 channels. */
export function resnetStem(graph: GraphBuilder, input: string): string {
  const conv = graph.conv('conv1', input, { kernel: 7, out: 64, stride: 2, pad: padding(3), bias: false });
  const relu = graph.relu('relu', graph.batchNorm('bn1', conv));
  return graph.maxPool('maxpool', relu, 3, 2, padding(1));
}

/** Two basic blocks. `name` is `layer1` to `layer4`; a stride of 2 halves the width and height. */
export function resnetStage(graph: GraphBuilder, name: string, input: string, out: number, stride: 1 | 2): string {
  return basicBlock(graph, `${name}.1`, basicBlock(graph, `${name}.0`, input, out, stride), out, 1);
}

function basicBlock(graph: GraphBuilder, name: string, input: string, out: number, stride: 1 | 2): string {
  const first = graph.conv(`${name}.conv1`, input, { kernel: 3, out, stride, pad: padding(1), bias: false });
  const relu = graph.relu(`${name}.relu1`, graph.batchNorm(`${name}.bn1`, first));
  const second = graph.conv(`${name}.conv2`, relu, { kernel: 3, out, pad: padding(1), bias: false });
  const sum = graph.add(
    `${name}.add`,
    graph.batchNorm(`${name}.bn2`, second),
    shortcut(graph, name, input, out, stride),
  );
  return graph.relu(`${name}.relu2`, sum);
}

function shortcut(graph: GraphBuilder, name: string, input: string, out: number, stride: 1 | 2): string {
  if (stride === 1 && graph.channels(input) === out) return input;
  const projection = { kernel: 1, out, stride, pad: 'valid', bias: false } as const;
  return graph.batchNorm(`${name}.downsample.1`, graph.conv(`${name}.downsample.0`, input, projection));
}
