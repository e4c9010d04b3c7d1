/** Kernels and gradients that tfjs lacks or composes slowly, for every backend. */
import type { Tf } from '../types.ts';
import { BATCH_NORM_TRAINING, registerBatchNormGradient, registerComposedBatchNorm } from './batchNorm.ts';
import { registerBiasAddGradient, registerComposedBiasAdd } from './biasAdd.ts';
import { registerConvBiasGradient } from './convBias.ts';
import { registerGradients } from './gradients.ts';
import { registerComposedReluGrad, registerReluGradient } from './reluGrad.ts';

/**
 * Gradients are global to the process and call kernels, so they hold for whichever backend is in use. To be called
 * after a backend has loaded, since tfjs-node brings tfjs's own along.
 */
export function registerTrainingGradients(tf: Tf): void {
  registerGradients(tf);
  registerReluGradient(tf);
  registerBatchNormGradient(tf);
  registerBiasAddGradient(tf);
  registerConvBiasGradient(tf);
}

/** For backends that have no operation of their own for these. */
export function registerComposedKernels(tf: Tf, backendName: string): void {
  if (tf.getKernel(BATCH_NORM_TRAINING, backendName)) return;
  registerComposedReluGrad(tf, backendName);
  registerComposedBatchNorm(tf, backendName);
  registerComposedBiasAdd(tf, backendName);
}
