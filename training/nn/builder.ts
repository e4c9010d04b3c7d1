/** Writes a graph node by node; each method gives the name of the node it added. */
import { type Graph, type GraphNode, IMAGE, type Pad, type Padding } from './graph.ts';

export const BATCH_NORM_EPSILON = 1e-5;

export interface ConvOptions {
  readonly kernel: number;
  readonly out: number;
  readonly stride?: number;
  readonly pad?: Pad;
  /** Default true; false where a batch norm follows. */
  readonly bias?: boolean;
}

/** The image's channels after normalisation: 3, or 1 where grey. ImageNet's values are Normalisation's usual ones. */
export interface Normalisation {
  readonly grey: boolean;
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

export const IMAGENET: Normalisation = { grey: false, mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };
/** To [-1, 1]. */
export const CENTRED_GREY: Normalisation = { grey: true, mean: [0.5], deviation: [0.5] };
export const CENTRED_COLOUR: Normalisation = { grey: false, mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5] };

/** PyTorch's `padding=n`. */
export function padding(all: number): Padding {
  return { top: all, bottom: all, left: all, right: all };
}

export class GraphBuilder {
  readonly #nodes: GraphNode[] = [];
  readonly #channels = new Map<string, number>([[IMAGE, 3]]);

  #add(node: GraphNode, channels: number): string {
    if (this.#channels.has(node.name)) throw new RangeError(`Expected a new node name, got ${node.name} twice`);
    this.#nodes.push(node);
    this.#channels.set(node.name, channels);
    return node.name;
  }

  /** Channels (or features) of a node's output. */
  channels(name: string): number {
    const channels = this.#channels.get(name);
    if (channels === undefined) throw new RangeError(`Expected the name of an earlier node, got ${name}`);
    return channels;
  }

  normalise({ grey, mean, deviation }: Normalisation): string {
    return this.#add({ op: 'normalise', name: 'normalise', input: IMAGE, grey, mean, deviation }, grey ? 1 : 3);
  }

  conv(name: string, input: string, { kernel, out, stride = 1, pad = 'same', bias = true }: ConvOptions): string {
    const sizes = { kernel, stride, pad, inChannels: this.channels(input), outChannels: out };
    const params = { weight: `${name}.weight`, bias: bias ? `${name}.bias` : null };
    return this.#add({ op: 'conv', name, input, ...params, ...sizes }, out);
  }

  depthwise(
    name: string,
    input: string,
    { kernel, stride = 1, pad = 'same', bias = true }: Omit<ConvOptions, 'out'>,
  ): string {
    const channels = this.channels(input);
    const params = { weight: `${name}.weight`, bias: bias ? `${name}.bias` : null };
    return this.#add({ op: 'depthwiseConv', name, input, ...params, kernel, stride, pad, channels }, channels);
  }

  batchNorm(name: string, input: string): string {
    const channels = this.channels(input);
    const params = {
      gamma: `${name}.weight`,
      beta: `${name}.bias`,
      mean: `${name}.running_mean`,
      variance: `${name}.running_var`,
    };
    return this.#add({ op: 'batchNorm', name, input, ...params, epsilon: BATCH_NORM_EPSILON, channels }, channels);
  }

  relu(name: string, input: string): string {
    return this.#add({ op: 'relu', name, input }, this.channels(input));
  }

  maxPool(name: string, input: string, size: number, stride: number, pad: Pad = 'valid'): string {
    return this.#add({ op: 'maxPool', name, input, size, stride, pad }, this.channels(input));
  }

  add(name: string, a: string, b: string): string {
    return this.#add({ op: 'add', name, inputs: [a, b] }, this.channels(a));
  }

  concat(name: string, inputs: readonly string[]): string {
    const channels = inputs.reduce((sum, input) => sum + this.channels(input), 0);
    return this.#add({ op: 'concat', name, inputs }, channels);
  }

  upsample(name: string, input: string): string {
    return this.#add({ op: 'upsampleNearest2x', name, input }, this.channels(input));
  }

  globalAvgPool(name: string, input: string): string {
    return this.#add({ op: 'globalAvgPool', name, input }, this.channels(input));
  }

  /** `cells` is the height times the width of the input. */
  flatten(name: string, input: string, cells: number): string {
    return this.#add({ op: 'flatten', name, input }, this.channels(input) * cells);
  }

  dense(name: string, input: string, out: number): string {
    const sizes = { inFeatures: this.channels(input), outFeatures: out };
    return this.#add({ op: 'dense', name, input, weight: `${name}.weight`, bias: `${name}.bias`, ...sizes }, out);
  }

  points(name: string, input: string, points: number): string {
    return this.#add({ op: 'points', name, input, points }, 2);
  }

  softArgmax(name: string, input: string): string {
    return this.#add({ op: 'softArgmax', name, input, points: this.channels(input) }, 2);
  }

  build(parts: Pick<Graph, 'architecture' | 'input' | 'points' | 'outputs'>): Graph {
    return { ...parts, nodes: this.#nodes };
  }
}
