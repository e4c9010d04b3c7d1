import type { KernelFunc } from '@tensorflow/tfjs-core';
import type { Tf } from '../types.ts';

/** Puts `kernelFunc` in the place of the wasm backend's own, which it gets (null where the backend has none). */
export function replaceKernel(tf: Tf, kernelName: string, make: (own: KernelFunc | null) => KernelFunc): void {
  const own = tf.getKernel(kernelName, 'wasm');
  if (own) tf.unregisterKernel(kernelName, 'wasm');
  // The backend's set-up function compiles the binding that its kernel calls; it has run by now, and stays with it.
  tf.registerKernel({ ...own, kernelName, backendName: 'wasm', kernelFunc: make(own?.kernelFunc ?? null) });
}
