/** A network in training: its parameters, the optimiser's moments and the moving average, one step at a time. */
import { nativeBackend } from '../backends/native/variable.ts';
import type { Tf } from '../backends/types.ts';
import { checkValues } from '../nn/init.ts';
import type { LossSpec } from '../nn/losses/index.ts';
import type { Model } from '../nn/model.ts';
import { newOptimiserState, type OptimiserSpec, type OptimiserState } from '../nn/optimisers/adam.ts';
import type { Batch } from './batch.ts';
import { arraysOf, type Checkpoint } from './checkpoint.ts';
import { NativeUpdater } from './nativeUpdater.ts';
import { type Computed, withGradients } from './step.ts';
import { masterUpdater, type TrainingState, type Updater } from './updater.ts';

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
  readonly #state: TrainingState;
  readonly #updater: Updater;

  constructor(tf: Tf, model: Model, options: TrainerOptions) {
    this.#tf = tf;
    this.model = model;
    this.#options = options;
    const average = options.ema === null ? null : model.params.snapshot();
    this.#state = { optimiser: newOptimiserState(), average };
    this.#updater = updaterFor(tf, model, options, this.#state);
  }

  get optimiser(): Readonly<OptimiserState> {
    this.model.params.catchUp();
    return this.#state.optimiser;
  }

  get average(): ReadonlyMap<string, Float32Array> | null {
    this.model.params.catchUp();
    return this.#state.average;
  }

  /** A loss or norm that is not finite changes nothing: the caller decides. */
  step(batch: Batch, learningRate: number): StepResult {
    const { loss, gradientNorm, statistics } = withGradients(
      this.#tf,
      this.model,
      this.#options.loss,
      batch,
      (gradients) => this.#updater.update(gradients, learningRate),
    );
    if (!Number.isFinite(gradientNorm)) return { loss, gradientNorm };
    this.#updateStatistics(statistics);
    if (this.#options.ema !== null) this.#updater.moveAverage(this.#options.ema);
    return { loss, gradientNorm };
  }

  /** Frees what it has on the backend. Model, moments and average stay as they are. */
  dispose(): void {
    this.#updater.dispose();
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
    this.#state.optimiser = { step: checkpoint.position.optimiserStep, moments: new Map(moments) };
    if (!this.#state.average) return;
    if (average!.size > 0) checkValues(graph, average!);
    this.#state.average = average!.size > 0 ? copyOf(average!) : params.snapshot();
  }

  /** What is evaluated and shipped: the moving average where there is one. Live. */
  get best(): ReadonlyMap<string, Float32Array> {
    return this.average ?? this.model.params.values;
  }

  /** Runs `work` with the moving average in the model's place. */
  async withAverage<T>(work: () => Promise<T>): Promise<T> {
    const { average } = this;
    if (!average) return work();
    const trained = this.model.params.snapshot();
    this.model.params.load(average);
    try {
      return await work();
    } finally {
      this.model.params.load(trained);
    }
  }

  #updateStatistics(statistics: Computed['statistics']): void {
    const { masters } = this.model.params;
    for (const { mean, variance, batch } of statistics) {
      move(masters.get(mean)!, batch[0]);
      move(masters.get(variance)!, batch[1]);
    }
  }
}

function updaterFor(tf: Tf, { params }: Model, options: TrainerOptions, state: TrainingState): Updater {
  const { optimiser, pretrained } = options;
  const weights = new Set(params.specs.filter(({ role }) => role === 'weight').map(({ name }) => name));
  const treatment = (name: string) => ({
    decays: weights.has(name),
    factor: pretrained?.has(name) ? (optimiser.pretrainedFactor ?? 1) : 1,
  });
  const native = nativeBackend(tf);
  if (!native) return masterUpdater(params, state, optimiser, treatment);
  return new NativeUpdater({ tf, native, params }, state, optimiser, treatment);
}

function copyOf(arrays: ReadonlyMap<string, Float32Array>): Map<string, Float32Array> {
  return new Map([...arrays].map(([name, array]) => [name, array.slice()]));
}

function move(running: Float32Array, batch: Float32Array): void {
  for (let c = 0; c < running.length; c++) running[c]! += STATISTICS_MOMENTUM * (batch[c]! - running[c]!);
}
