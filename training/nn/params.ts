/**
 * The numbers of a network. The masters are plain Float32Arrays, which optimiser, moving average and checkpoints work
 * on directly; the backend has a mirror of those that the forward pass reads, made anew after each update.
 */
import type { Variable } from '@tensorflow/tfjs-core';
import type { Tf } from '../backends/types.ts';
import { type Graph, type ParamSpec, type ParamValues, paramsOf } from './graph.ts';
import { checkValues } from './init.ts';

export class Params {
  readonly specs: readonly ParamSpec[];
  readonly #tf: Tf;
  readonly #values: Map<string, Float32Array>;
  readonly #variables = new Map<string, Variable>();
  readonly #trainable: Set<string>;

  /** Copies `values`. `frozen` names nodes. Throws FiducialError INVALID_MODEL where they don't fit. */
  constructor(tf: Tf, graph: Graph, values: ParamValues, frozen: ReadonlySet<string>) {
    checkValues(graph, values);
    this.#tf = tf;
    this.specs = paramsOf(graph);
    this.#values = new Map(this.specs.map(({ name }) => [name, values.get(name)!.slice()]));
    const trainable = this.specs.filter((spec) => !isStatistic(spec) && !frozen.has(spec.node));
    this.#trainable = new Set(trainable.map(({ name }) => name));
    for (const { name, shape } of this.specs.filter((spec) => !isStatistic(spec))) {
      this.#variables.set(
        name,
        tf.tidy(() => tf.variable(tf.tensor(this.#values.get(name)!, [...shape]), true)),
      );
    }
  }

  /** The masters, live: whoever changes them calls {@link upload} after. */
  get values(): ReadonlyMap<string, Float32Array> {
    return this.#values;
  }

  /** Names of the parameters that a step changes, in the graph's order. */
  get trainable(): readonly string[] {
    return [...this.#trainable];
  }

  /** What the forward pass reads. Running statistics have no mirror: they are read from the masters. */
  variable(name: string): Variable {
    const variable = this.#variables.get(name);
    if (!variable) throw new RangeError(`Expected a parameter of the network, got ${name}`);
    return variable;
  }

  /** Brings the backend's mirror up to date with the masters. */
  upload(names: Iterable<string> = this.#variables.keys()): void {
    for (const name of names) {
      const variable = this.#variables.get(name)!;
      // No copy: a backend may go on using the master itself, which changes only between steps and before an upload.
      const tensor = this.#tf.tensor(this.#values.get(name)!, variable.shape);
      variable.assign(tensor);
      tensor.dispose();
    }
  }

  /** Replaces all values. Throws FiducialError INVALID_MODEL where they don't fit. */
  load(values: ParamValues): void {
    for (const { name } of this.specs) this.#values.get(name)!.set(values.get(name)!);
    this.upload();
  }

  /** A copy of all values. */
  snapshot(): Map<string, Float32Array> {
    return new Map([...this.#values].map(([name, values]) => [name, values.slice()]));
  }

  dispose(): void {
    for (const variable of this.#variables.values()) variable.dispose();
  }
}

function isStatistic({ role }: ParamSpec): boolean {
  return role === 'runningMean' || role === 'runningVariance';
}
