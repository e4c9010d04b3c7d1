/**
 * The numbers of a network. The masters are plain Float32Arrays, which optimiser, moving average and checkpoints work
 * on directly; the backend has a mirror of those that the forward pass reads, made anew after each update. Where the
 * backend makes the updates, its mirror is ahead of the masters until somebody asks for them.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tf } from '../backends/types.ts';
import { type Graph, type ParamSpec, type ParamValues, paramsOf } from './graph.ts';
import { checkValues } from './init.ts';

export class Params {
  readonly specs: readonly ParamSpec[];
  readonly #tf: Tf;
  readonly #values: Map<string, Float32Array>;
  readonly #mirror = new Map<string, Tensor>();
  readonly #trainable: Set<string>;
  #catchUp: (() => void) | null = null;
  #uploads = 0;

  /** Copies `values`. `frozen` names nodes. Throws FiducialError INVALID_MODEL where they don't fit. */
  constructor(tf: Tf, graph: Graph, values: ParamValues, frozen: ReadonlySet<string>) {
    checkValues(graph, values);
    this.#tf = tf;
    this.specs = paramsOf(graph);
    this.#values = new Map(this.specs.map(({ name }) => [name, values.get(name)!.slice()]));
    const trainable = this.specs.filter((spec) => !isStatistic(spec) && !frozen.has(spec.node));
    this.#trainable = new Set(trainable.map(({ name }) => name));
    this.upload(this.specs.filter((spec) => !isStatistic(spec)).map(({ name }) => name));
  }

  /** The masters, live and up to date: whoever changes them calls {@link upload} after. */
  get values(): ReadonlyMap<string, Float32Array> {
    this.catchUp();
    return this.#values;
  }

  /** Brings the masters up to date where the backend is ahead of them. */
  catchUp(): void {
    const catchUp = this.#catchUp;
    this.#catchUp = null;
    catchUp?.();
  }

  /** The masters as they lie: those of trainable parameters may be behind the backend, no others. */
  get masters(): ReadonlyMap<string, Float32Array> {
    return this.#values;
  }

  /** The backend is ahead: `catchUp` brings the masters up to date, once, when they are next asked for. */
  deferMasters(catchUp: () => void): void {
    this.#catchUp = catchUp;
  }

  /** Names of the parameters that a step changes, in the graph's order. */
  get trainable(): readonly string[] {
    return [...this.#trainable];
  }

  /** What the forward pass reads. Running statistics have no mirror: they are read from the masters. */
  tensor(name: string): Tensor {
    const tensor = this.#mirror.get(name);
    if (!tensor) throw new RangeError(`Expected a parameter of the network, got ${name}`);
    return tensor;
  }

  /** Puts what the backend made in a parameter's place. Whoever needs the memory of the old one back disposes of it. */
  adopt(name: string, tensor: Tensor): void {
    this.#mirror.get(name)?.dispose();
    this.#mirror.set(name, this.#tf.keep(tensor));
  }

  /** How often the masters were brought to the backend: who keeps what follows from them compares. */
  get uploads(): number {
    return this.#uploads;
  }

  /** Brings the backend's mirror up to date with the masters. */
  upload(names: Iterable<string> = this.#mirror.keys()): void {
    const shapes = new Map(this.specs.map(({ name, shape }) => [name, shape]));
    // No copy: a backend may go on using the master itself, which changes only between steps and before an upload.
    for (const name of names) this.adopt(name, this.#tf.tensor(this.#values.get(name)!, [...shapes.get(name)!]));
    this.#uploads += 1;
  }

  /** Replaces all values. Throws FiducialError INVALID_MODEL where they don't fit. */
  load(values: ParamValues): void {
    const masters = this.values;
    for (const { name } of this.specs) masters.get(name)!.set(values.get(name)!);
    this.upload();
  }

  /** A copy of all values. */
  snapshot(): Map<string, Float32Array> {
    return new Map([...this.values].map(([name, values]) => [name, values.slice()]));
  }

  dispose(): void {
    for (const tensor of this.#mirror.values()) tensor.dispose();
  }
}

function isStatistic({ role }: ParamSpec): boolean {
  return role === 'runningMean' || role === 'runningVariance';
}
