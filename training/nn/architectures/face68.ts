/**
 * The network of the shipped model: ResNet-18 as far as layer3, a small feature pyramid (Lin et al. 2017) up to a
 * quarter of the input, a heatmap a point, and the heatmap's expectation as the point (Nibali et al. 2018).
 */
import { GraphBuilder, IMAGENET } from '../builder.ts';
import type { Graph } from '../graph.ts';
import { resnetStage, resnetStem } from './resnet.ts';

export interface Face68Spec {
  readonly name: 'face68';
  /** Pixels of the square crop; a multiple of 16. */
  readonly input: number;
  readonly points: number;
  /** Channels of the pyramid: at 1/16, what of it is carried up, at 1/8, at 1/4 of the input. */
  readonly headChannels: readonly [number, number, number, number];
}

export const FACE68: Face68Spec = { name: 'face68', input: 128, points: 68, headChannels: [256, 128, 96, 96] };

export function face68Graph(spec: Face68Spec): Graph {
  const graph = new GraphBuilder();
  const quarter = resnetStage(graph, 'layer1', resnetStem(graph, graph.normalise(IMAGENET)), 64, 1);
  const eighth = resnetStage(graph, 'layer2', quarter, 128, 2);
  const sixteenth = resnetStage(graph, 'layer3', eighth, 256, 2);
  const [deep, carried, middle, fine] = spec.headChannels;
  const top = convBlock(graph, 'head.top', sixteenth, 3, deep);
  const at8 = convBlock(graph, 'head.merge8', merge(graph, 'head.merge8', top, eighth, carried), 3, middle);
  const at4 = convBlock(graph, 'head.merge4', merge(graph, 'head.merge4', at8, quarter, fine), 3, fine);
  const heatmaps = graph.conv('head.heatmaps', at4, { kernel: 1, out: spec.points });
  return graph.build({
    architecture: spec.name,
    input: { width: spec.input, height: spec.input },
    points: spec.points,
    outputs: { keypoints: graph.softArgmax('keypoints', heatmaps), heatmaps },
  });
}

function convBlock(graph: GraphBuilder, name: string, input: string, kernel: number, out: number): string {
  const conv = graph.conv(`${name}.conv`, input, { kernel, out, bias: false });
  return graph.relu(`${name}.relu`, graph.batchNorm(`${name}.bn`, conv));
}

/** Projects both to `channels`, doubles the coarse one and adds. The projection comes before the doubling: a quarter of the work. */
function merge(graph: GraphBuilder, name: string, coarse: string, lateral: string, channels: number): string {
  const projected =
    graph.channels(coarse) === channels ? coarse : graph.conv(`${name}.project`, coarse, { kernel: 1, out: channels });
  const across = graph.conv(`${name}.lateral`, lateral, { kernel: 1, out: channels, bias: false });
  return graph.add(`${name}.add`, graph.upsample(`${name}.up`, projected), across);
}
