/** What turns gradients into an update: in JavaScript over the masters, or (nativeUpdater.ts) by TensorFlow. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { adamStep, type OptimiserSpec, type OptimiserState } from '../nn/optimisers/adam.ts';
import { updateAverage } from '../nn/optimisers/movingAverage.ts';
import type { Params } from '../nn/params.ts';

/** What a checkpoint holds of a training. */
export interface TrainingState {
  optimiser: OptimiserState;
  average: Map<string, Float32Array> | null;
}

export interface Updater {
  /**
   * Makes one step and gives the whole gradient's norm before clipping. A norm that is not finite changes nothing.
   * `gradients` are those of all trainable parameters.
   */
  update(gradients: ReadonlyMap<string, Tensor>, learningRate: number): number;
  /** Moves the average towards the parameters and running statistics as they are now. */
  moveAverage(decay: number): void;
  /** Frees what it has on the backend. The masters are up to date after. */
  dispose(): void;
}

/** How one parameter is updated: whether it decays, and the factor on its learning rate. */
export type Treatment = (name: string) => { readonly decays: boolean; readonly factor: number };

export function masterUpdater(
  params: Params,
  state: TrainingState,
  spec: OptimiserSpec,
  treatment: Treatment,
): Updater {
  return {
    update(gradients, learningRate) {
      const updates = [...gradients].map(([name, gradient]) => ({
        name,
        values: params.masters.get(name)!,
        gradient: gradient.dataSync() as Float32Array,
        ...treatment(name),
      }));
      const norm = adamStep(spec, state.optimiser, updates, learningRate);
      if (Number.isFinite(norm)) params.upload(gradients.keys());
      return norm;
    },
    moveAverage(decay) {
      updateAverage(state.average!, params.masters, decay, state.optimiser.step);
    },
    dispose() {},
  };
}
