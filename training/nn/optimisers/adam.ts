/**
 * Adam (Kingma and Ba 2015) and AdamW (Loshchilov and Hutter 2019: the decay is decoupled from the moments), over the
 * master arrays in one pass, in JavaScript. Where TensorFlow computes, training/fit/nativeUpdater.ts has it make the
 * same step on all cores.
 */

export interface OptimiserSpec {
  readonly name: 'adam' | 'adamw';
  readonly learningRate: number;
  /** `adamw`: decoupled, of weights only (no bias, no batch norm). `adam`: added to the gradient, as PyTorch's. */
  readonly weightDecay?: number;
  /** Largest norm of the whole gradient; null: no clipping. */
  readonly clipNorm?: number | null;
  /** Factor on the learning rate of parameters that came pretrained. */
  readonly pretrainedFactor?: number;
}

export interface OptimiserState {
  /** Updates made so far. */
  step: number;
  /** Each parameter's first and second moment, by name. */
  readonly moments: Map<string, { readonly first: Float32Array; readonly second: Float32Array }>;
}

export interface Update {
  readonly name: string;
  /** Changed in place. */
  readonly values: Float32Array;
  readonly gradient: Float32Array;
  readonly decays: boolean;
  /** Factor on the learning rate. */
  readonly factor: number;
}

export const BETA1 = 0.9;
export const BETA2 = 0.999;
export const EPSILON = 1e-8;

export function newOptimiserState(): OptimiserState {
  return { step: 0, moments: new Map() };
}

/** Makes one step and gives the gradient's norm before clipping. `learningRate` is the schedule's at this step. */
export function adamStep(
  spec: OptimiserSpec,
  state: OptimiserState,
  updates: readonly Update[],
  learningRate: number,
): number {
  const norm = gradientNorm(updates);
  if (!Number.isFinite(norm)) return norm; // nothing is changed: the caller stops with what was good
  const clip = clipFactor(spec, norm);
  state.step += 1;
  const { scale, epsilon } = biasCorrection(state.step);
  for (const { name, values, gradient, decays, factor } of updates) {
    const moments = momentsOf(state, name, values.length);
    const rate = learningRate * factor;
    const decay = decays ? (spec.weightDecay ?? 0) : 0;
    const decoupled = spec.name === 'adamw' ? 1 - rate * decay : 1;
    const coupled = spec.name === 'adam' ? decay : 0;
    update(values, gradient, moments.first, moments.second, rate * scale, epsilon, clip, decoupled, coupled);
  }
  return norm;
}

/** On the gradient, for its norm. */
export function clipFactor({ clipNorm }: OptimiserSpec, norm: number): number {
  return clipNorm && norm > clipNorm ? clipNorm / norm : 1;
}

/** The factor on the learning rate and the epsilon that make up for moments which start at 0. `step` from 1. */
export function biasCorrection(step: number, beta1 = BETA1, beta2 = BETA2): { scale: number; epsilon: number } {
  const second = Math.sqrt(1 - beta2 ** step);
  return { scale: second / (1 - beta1 ** step), epsilon: EPSILON * second };
}

/** Those of a parameter; zeros where there are none yet. */
export function momentsOf(state: OptimiserState, name: string, size: number) {
  let moments = state.moments.get(name);
  if (!moments) {
    moments = { first: new Float32Array(size), second: new Float32Array(size) };
    state.moments.set(name, moments);
  }
  return moments;
}

/** The inner loop, alone so that it is compiled alone: 15 million turns a step for resnet18. */
function update(
  values: Float32Array,
  gradient: Float32Array,
  first: Float32Array,
  second: Float32Array,
  rate: number,
  epsilon: number,
  clip: number,
  decoupled: number,
  coupled: number,
): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const g = gradient[i]! * clip + coupled * value;
    const m = BETA1 * first[i]! + (1 - BETA1) * g;
    const v = BETA2 * second[i]! + (1 - BETA2) * g * g;
    first[i] = m;
    second[i] = v;
    values[i] = value * decoupled - (rate * m) / (Math.sqrt(v) + epsilon);
  }
}

function gradientNorm(updates: readonly Update[]): number {
  let total = 0;
  for (const { gradient } of updates) total += sumOfSquares(gradient);
  return Math.sqrt(total);
}

function sumOfSquares(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!;
  return sum;
}
