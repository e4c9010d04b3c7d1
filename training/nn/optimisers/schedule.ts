/** The learning rate over the steps of a run, as a factor on the optimiser's. */

export type ScheduleSpec =
  | { readonly name: 'constant'; readonly warmupSteps?: number }
  /** Half a cosine from 1 to 0 between the end of the warm-up and the last step (Loshchilov and Hutter 2017). */
  | { readonly name: 'cosine'; readonly warmupSteps?: number }
  /** Multiplied by `factor` after each of `afterEpochs`, which counts whole epochs. */
  | {
      readonly name: 'step';
      readonly warmupSteps?: number;
      readonly afterEpochs: readonly number[];
      readonly factor: number;
    };

export interface RunLength {
  readonly stepsPerEpoch: number;
  readonly epochs: number;
}

/** `step` counts from 0 over the whole run; the warm-up is linear and its first step is not 0. */
export function scheduleFactor(spec: ScheduleSpec, step: number, { stepsPerEpoch, epochs }: RunLength): number {
  const warmup = spec.warmupSteps ?? 0;
  if (step < warmup) return (step + 1) / warmup;
  if (spec.name === 'constant') return 1;
  if (spec.name === 'cosine') {
    const done = Math.min(1, (step - warmup) / Math.max(1, stepsPerEpoch * epochs - warmup));
    return 0.5 * (1 + Math.cos(Math.PI * done));
  }
  return spec.factor ** spec.afterEpochs.filter((epoch) => step >= epoch * stepsPerEpoch).length;
}
