/** The exponential moving average of all parameters and running statistics, which is what gets evaluated and shipped. */
import type { ParamValues } from '../graph.ts';

/** The share of itself that the average keeps in a step. */
export function shareKept(decay: number, step: number): number {
  return Math.min(decay, (1 + step) / (10 + step));
}

/**
 * average = decay * average + (1 - decay) * value, in place. The first steps use (1 + step) / (10 + step) where that
 * is less, so that the average forgets the random start (as TensorFlow's ExponentialMovingAverage does with num_updates).
 */
export function updateAverage(
  average: Map<string, Float32Array>,
  values: ParamValues,
  decay: number,
  step: number,
): void {
  const keep = shareKept(decay, step);
  for (const [name, current] of values) blend(average.get(name)!, current, keep);
}

function blend(average: Float32Array, current: Float32Array, keep: number): void {
  for (let i = 0; i < average.length; i++) average[i] = keep * average[i]! + (1 - keep) * current[i]!;
}
