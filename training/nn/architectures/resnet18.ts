/** The reference's landmark network: ResNet-18 with its classifier replaced by 512 x 2048, ReLU, 2048 x 2K. */
import { GraphBuilder, IMAGENET } from '../builder.ts';
import type { Graph } from '../graph.ts';
import { resnetStage, resnetStem } from './resnet.ts';

export interface Resnet18Spec {
  readonly name: 'resnet18';
  /** Pixels of the square crop; a multiple of 32. */
  readonly input: number;
  readonly points: number;
  /** Width of the classifier's hidden layer. */
  readonly hidden: number;
}

export const RESNET18: Resnet18Spec = { name: 'resnet18', input: 224, points: 68, hidden: 2048 };

/** "The first three convolutional layers frozen", their batch norms in inference mode. */
export const RESNET18_FROZEN = ['conv1', 'bn1', 'layer1.0.conv1', 'layer1.0.bn1', 'layer1.0.conv2', 'layer1.0.bn2'];

export function resnet18Graph(spec: Resnet18Spec): Graph {
  const graph = new GraphBuilder();
  let features = resnetStage(graph, 'layer1', resnetStem(graph, graph.normalise(IMAGENET)), 64, 1);
  features = resnetStage(graph, 'layer2', features, 128, 2);
  features = resnetStage(graph, 'layer3', features, 256, 2);
  features = resnetStage(graph, 'layer4', features, 512, 2);
  const hidden = graph.relu('fc.1', graph.dense('fc.0', graph.globalAvgPool('avgpool', features), spec.hidden));
  return graph.build({
    architecture: spec.name,
    input: { width: spec.input, height: spec.input },
    points: spec.points,
    outputs: {
      keypoints: graph.points('keypoints', graph.dense('fc.2', hidden, 2 * spec.points), spec.points),
      heatmaps: null,
    },
  });
}
