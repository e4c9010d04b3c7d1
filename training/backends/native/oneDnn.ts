/** Operations of oneDNN, which TensorFlow's eager mode has under names of their own. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tf } from '../types.ts';
import { attribute, type NativeBackend, type OpAttribute } from './nodeBackend.ts';

/** How TensorFlow itself calls for oneDNN's kernels. */
export function oneDnn(native: NativeBackend): OpAttribute {
  return attribute(native, 'STRING', '_kernel', 'MklNameChangeOp');
}

/** Whether `compute` gives what it should: a library without oneDNN, or on a GPU, has no such operations. */
export function gives(tf: Tf, native: NativeBackend, values: readonly number[], compute: () => Tensor): boolean {
  if (native.isUsingGpuDevice) return false;
  return tf.tidy(() => {
    try {
      return compute().dataSync().join() === values.join();
    } catch {
      return false;
    }
  });
}
