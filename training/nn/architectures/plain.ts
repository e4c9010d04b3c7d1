/** The reference's two plain convolutional networks. */
import { CENTRED_COLOUR, CENTRED_GREY, GraphBuilder } from '../builder.ts';
import type { Graph } from '../graph.ts';

/** Convolutions (`same`), each followed by a 2x2 max pool, then ReLU; flatten; one fully connected layer. */
export interface NoseSpec {
  readonly name: 'nose';
  readonly width: number;
  readonly height: number;
  readonly grey: boolean;
  readonly points: number;
  readonly kernel: number;
  readonly channels: readonly number[];
}

export const NOSE: NoseSpec = {
  name: 'nose',
  width: 80,
  height: 60,
  grey: true,
  points: 1,
  kernel: 3,
  channels: [12, 20, 32],
};

export function noseGraph(spec: NoseSpec): Graph {
  const graph = new GraphBuilder();
  let at = graph.normalise(spec.grey ? CENTRED_GREY : CENTRED_COLOUR);
  let cells = { width: spec.width, height: spec.height };
  spec.channels.forEach((out, index) => {
    const conv = graph.conv(`conv${index + 1}`, at, { kernel: spec.kernel, out });
    at = graph.relu(`relu${index + 1}`, graph.maxPool(`pool${index + 1}`, conv, 2, 2));
    cells = halved(cells);
  });
  const flat = graph.flatten('flatten', at, cells.width * cells.height);
  return finish(graph, spec, graph.dense('fc', flat, 2 * spec.points));
}

/** Convolutions (`same`), each with ReLU; a 2x2 max pool after every second; flatten, `hidden`, ReLU, 2K. */
export interface Face58Spec {
  readonly name: 'face58';
  readonly width: number;
  readonly height: number;
  readonly grey: boolean;
  readonly points: number;
  readonly kernel: number;
  readonly channels: readonly number[];
  readonly hidden: number;
}

export const FACE58: Face58Spec = {
  name: 'face58',
  width: 160,
  height: 120,
  grey: true,
  points: 58,
  kernel: 3,
  channels: [12, 20, 32, 40, 48, 64],
  hidden: 256,
};

export function face58Graph(spec: Face58Spec): Graph {
  const graph = new GraphBuilder();
  let at = graph.normalise(spec.grey ? CENTRED_GREY : CENTRED_COLOUR);
  let cells = { width: spec.width, height: spec.height };
  spec.channels.forEach((out, index) => {
    at = graph.relu(`relu${index + 1}`, graph.conv(`conv${index + 1}`, at, { kernel: spec.kernel, out }));
    if (index % 2 === 0) return;
    at = graph.maxPool(`pool${(index + 1) / 2}`, at, 2, 2);
    cells = halved(cells);
  });
  const flat = graph.flatten('flatten', at, cells.width * cells.height);
  const hidden = graph.relu('fc1.relu', graph.dense('fc1', flat, spec.hidden));
  return finish(graph, spec, graph.dense('fc2', hidden, 2 * spec.points));
}

function halved({ width, height }: { width: number; height: number }): { width: number; height: number } {
  return { width: Math.floor(width / 2), height: Math.floor(height / 2) };
}

function finish(graph: GraphBuilder, spec: NoseSpec | Face58Spec, coordinates: string): Graph {
  return graph.build({
    architecture: spec.name,
    input: { width: spec.width, height: spec.height },
    points: spec.points,
    outputs: { keypoints: graph.points('keypoints', coordinates, spec.points), heatmaps: null },
  });
}
