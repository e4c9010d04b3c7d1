/** A network in training: its parameters, the optimiser's moments and the moving average, one step at a time. */
import type { Tf } from '../backends/types.ts';
import type { ParamRole } from '../nn/graph.ts';
import { checkValues } from '../nn/init.ts';
import type { LossSpec } from '../nn/losses/index.ts';
import type { Model } from '../nn/model.ts';
import {
  adamStep,
  newOptimiserState,
  type OptimiserSpec,
  type OptimiserState,
  type Update,
} from '../nn/optimisers/adam.ts';
import { updateAverage } from '../nn/optimisers/movingAverage.ts';
import type { Batch } from './batch.ts';
import { arraysOf, type Checkpoint } from './checkpoint.ts';
import { type Gradients, gradientsOf } from './step.ts';

/** Share of the batch's statistics in the running ones, as PyTorch's momentum. */
const STATISTICS_MOMENTUM = 0.1;

export interface TrainerOptions {
  readonly loss: LossSpec;
  readonly optimiser: OptimiserSpec;
  /** Decay of the moving average; null: none. */
  readonly ema: number | null;
  /** Names of parameters whose learning rate `optimiser.pretrainedFactor` scales. */
  readonly pretrained?: ReadonlySet<string>;
}

export interface StepResult {
  readonly loss: number;
  /** Of the whole gradient, before clipping. */
  readonly gradientNorm: number;
}

export class Trainer {
  readonly model: Model;
  readonly #tf: Tf;
  readonly #options: TrainerOptions;
  readonly #roles: ReadonlyMap<string, ParamRole>;
  optimiser: OptimiserState = newOptimiserState();
  average: Map<string, Float32Array> | null;

  constructor(tf: Tf, model: Model, options: TrainerOptions) {
    this.#tf = tf;
    this.model = model;
    this.#options = options;
    this.#roles = new Map(model.params.specs.map(({ name, role }) => [name, role]));
    this.average = options.ema === null ? null : model.params.snapshot();
  }

  /** A loss or norm that is not finite changes nothing: the caller decides. */
  step(batch: Batch, learningRate: number): StepResult {
    const gradients = gradientsOf(this.#tf, this.model, this.#options.loss, batch);
    if (!Number.isFinite(gradients.loss)) return { loss: gradients.loss, gradientNorm: Number.NaN };
    const updates = this.#updates(gradients);
    const gradientNorm = adamStep(this.#options.optimiser, this.optimiser, updates, learningRate);
    if (!Number.isFinite(gradientNorm)) return { loss: gradients.loss, gradientNorm };
    this.#updateStatistics(gradients);
    this.model.params.upload(updates.map(({ name }) => name));
    if (this.average) updateAverage(this.average, this.model.params.values, this.#options.ema!, this.optimiser.step);
    return { loss: gradients.loss, gradientNorm };
  }

  /** Throws FiducialError INVALID_MODEL where the checkpoint is of another network. */
  restore(checkpoint: Checkpoint): void {
    const { graph, params } = this.model;
    const [values, first, second, average] = (['value', 'first', 'second', 'average'] as const).map((kind) =>
      arraysOf(checkpoint, kind),
    );
    checkValues(graph, values!);
    params.load(values!);
    const moments = [...first!].map(
      ([name, array]) => [name, { first: array.slice(), second: second!.get(name)!.slice() }] as const,
    );
    this.optimiser = { step: checkpoint.position.optimiserStep, moments: new Map(moments) };
    if (!this.average) return;
    if (average!.size > 0) checkValues(graph, average!);
    this.average = average!.size > 0 ? copyOf(average!) : params.snapshot();
  }

  /** What is evaluated and shipped: the moving average where there is one. Live. */
  get best(): ReadonlyMap<string, Float32Array> {
    return this.average ?? this.model.params.values;
  }

  /** Runs `work` with the moving average in the model's place. */
  async withAverage<T>(work: () => Promise<T>): Promise<T> {
    if (!this.average) return work();
    const trained = this.model.params.snapshot();
    this.model.params.load(this.average);
    try {
      return await work();
    } finally {
      this.model.params.load(trained);
    }
  }

  #updates({ byName }: Gradients): Update[] {
    const { pretrained, optimiser } = this.#options;
    return [...byName].map(([name, gradient]) => ({
      name,
      values: this.model.params.values.get(name)!,
      gradient,
      decays: this.#roles.get(name) === 'weight',
      factor: pretrained?.has(name) ? (optimiser.pretrainedFactor ?? 1) : 1,
    }));
  }

  #updateStatistics({ statistics }: Gradients): void {
    for (const { mean, variance, batch } of statistics) {
      move(this.model.params.values.get(mean)!, batch[0]);
      move(this.model.params.values.get(variance)!, batch[1]);
    }
  }
}

function copyOf(arrays: ReadonlyMap<string, Float32Array>): Map<string, Float32Array> {
  return new Map([...arrays].map(([name, array]) => [name, array.slice()]));
}

function move(running: Float32Array, batch: Float32Array): void {
  for (let c = 0; c < running.length; c++) running[c]! += STATISTICS_MOMENTUM * (batch[c]! - running[c]!);
}
