/**
 * Adam by TensorFlow, over variables that it keeps: a step moves no parameter and no gradient between JavaScript and
 * the backend, and runs on all cores. The masters, moments and averages follow when somebody asks for them, so that a
 * checkpoint has every bit of them.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { NativeBackend } from '../backends/native/nodeBackend.ts';
import { type AdamScalars, halfSquares, NativeVariable } from '../backends/native/variable.ts';
import type { Tf } from '../backends/types.ts';
import { BETA1, BETA2, biasCorrection, clipFactor, momentsOf, type OptimiserSpec } from '../nn/optimisers/adam.ts';
import { shareKept, updateAverage } from '../nn/optimisers/movingAverage.ts';
import type { Params } from '../nn/params.ts';
import type { TrainingState, Treatment, Updater } from './updater.ts';

/** What TensorFlow keeps of one trainable parameter. */
interface Kept {
  readonly value: NativeVariable;
  readonly first: NativeVariable;
  readonly second: NativeVariable;
  readonly average: NativeVariable | null;
}

export class NativeUpdater implements Updater {
  readonly #tf: Tf;
  readonly #native: NativeBackend;
  readonly #params: Params;
  readonly #state: TrainingState;
  readonly #spec: OptimiserSpec;
  readonly #treatment: Treatment;
  #kept = new Map<string, Kept>();
  /** `params.uploads` when {@link #kept} was made: others mean that somebody changed the masters since. */
  #uploads = -1;

  constructor(
    { tf, native, params }: { tf: Tf; native: NativeBackend; params: Params },
    state: TrainingState,
    spec: OptimiserSpec,
    treatment: Treatment,
  ) {
    this.#tf = tf;
    this.#native = native;
    this.#params = params;
    this.#state = state;
    this.#spec = spec;
    this.#treatment = treatment;
  }

  update(gradients: ReadonlyMap<string, Tensor>, learningRate: number): number {
    return this.#tf.tidy(() => {
      const norm = this.#norm([...gradients.values()]);
      if (!Number.isFinite(norm)) return norm;
      if (this.#params.uploads !== this.#uploads) this.#keep(gradients.keys());
      this.#state.optimiser.step += 1;
      const clip = clipFactor(this.#spec, norm);
      const scalarsOf = this.#scalars(learningRate);
      for (const [name, gradient] of gradients) {
        const { decays, factor } = this.#treatment(name);
        const clipped = clip === 1 ? gradient : this.#tf.mul(gradient, clip);
        const decayed = decays ? this.#decay(name, clipped, learningRate * factor) : clipped;
        const { value, first, second } = this.#kept.get(name)!;
        this.#params.tensor(name).dispose(); // it shares the variable's memory, which can then be changed in place
        value.adam(first, second, scalarsOf(factor), decayed);
        this.#params.adopt(name, value.read());
      }
      this.#params.deferMasters(() => this.#catchUp());
      return norm;
    });
  }

  moveAverage(decay: number): void {
    const { average, optimiser } = this.#state;
    const { masters } = this.#params;
    const untrained = new Map([...masters].filter(([name]) => !this.#kept.has(name)));
    updateAverage(average!, untrained, decay, optimiser.step);
    this.#tf.tidy(() => {
      const share = this.#tf.scalar(1 - shareKept(decay, optimiser.step));
      for (const [name, kept] of this.#kept) {
        const before = kept.average!.read();
        const delta = this.#tf.sub(before, this.#params.tensor(name));
        before.dispose();
        kept.average!.descend(share, delta);
        delta.dispose();
      }
    });
  }

  dispose(): void {
    this.#params.catchUp();
    this.#forget();
    this.#uploads = -1;
  }

  #norm(gradients: readonly Tensor[]): number {
    const halves = gradients.map((gradient) => halfSquares(this.#native, gradient));
    return Math.sqrt(2 * this.#tf.addN(halves).dataSync()[0]!);
  }

  /** Scalars by the factor on the learning rate; TensorFlow has the betas in float32, and so has the correction. */
  #scalars(learningRate: number): (factor: number) => AdamScalars {
    const scalar = (value: number) => this.#tf.scalar(value);
    const { scale, epsilon } = biasCorrection(this.#state.optimiser.step, Math.fround(BETA1), Math.fround(BETA2));
    const shared = { none: scalar(0), beta1: scalar(BETA1), beta2: scalar(BETA2), epsilon: scalar(epsilon) };
    const rates = new Map<number, Tensor>();
    return (factor) => {
      const rate = rates.get(factor) ?? scalar(learningRate * factor * scale);
      rates.set(factor, rate);
      return { ...shared, rate };
    };
  }

  /** The gradient to go on with: the coupled decay is added to it, the decoupled one made at once. */
  #decay(name: string, gradient: Tensor, rate: number): Tensor {
    const decay = this.#spec.weightDecay ?? 0;
    if (decay === 0) return gradient;
    const value = this.#params.tensor(name);
    if (this.#spec.name === 'adam') return this.#tf.add(gradient, this.#tf.mul(value, decay));
    const decayed = this.#tf.mul(value, 1 - rate * decay);
    this.#kept.get(name)!.value.assign(decayed);
    decayed.dispose();
    return gradient;
  }

  /** Variables of what the masters, moments and averages are now. */
  #keep(names: Iterable<string>): void {
    this.#params.catchUp();
    this.#forget();
    const { optimiser, average } = this.#state;
    for (const name of names) {
      const { size, shape } = this.#params.tensor(name);
      const variable = (values: Float32Array) => {
        const tensor = this.#tf.tensor(values, shape);
        const kept = new NativeVariable(this.#tf, this.#native, tensor);
        tensor.dispose();
        return kept;
      };
      const { first, second } = momentsOf(optimiser, name, size);
      this.#kept.set(name, {
        value: variable(this.#params.masters.get(name)!),
        first: variable(first),
        second: variable(second),
        average: average && variable(average.get(name)!),
      });
    }
    this.#uploads = this.#params.uploads;
  }

  #forget(): void {
    for (const kept of this.#kept.values()) for (const variable of Object.values(kept)) variable?.dispose();
    this.#kept = new Map();
  }

  #catchUp(): void {
    const { optimiser, average } = this.#state;
    const copy = (from: NativeVariable, to: Float32Array) => {
      const tensor = from.read();
      to.set(tensor.dataSync() as Float32Array);
      tensor.dispose();
    };
    for (const [name, kept] of this.#kept) {
      const values = this.#params.masters.get(name)!;
      const { first, second } = momentsOf(optimiser, name, values.length);
      copy(kept.value, values);
      copy(kept.first, first);
      copy(kept.second, second);
      if (kept.average) copy(kept.average, average!.get(name)!);
    }
  }
}
