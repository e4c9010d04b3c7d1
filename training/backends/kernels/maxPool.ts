/** Max pooling that notes where the maxima are, where a backend can, so that its gradient need not look for them anew. */
import type { NamedAttrMap, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { Tf } from '../types.ts';

/** Input x [N,H,W,C]; {@link Pooling}. Outputs y and the maxima, for the gradient only. A backend may lack it. */
export const MAX_POOL = 'FiducialMaxPool';
/** Inputs dy, x, y and the maxima, {@link Pooling}; output dx. */
export const MAX_POOL_GRAD = 'FiducialMaxPoolGrad';

export interface Pooling {
  readonly size: number;
  readonly stride: number;
  readonly pad: 'same' | 'valid';
}

/** By {@link MAX_POOL} where the backend has that, else tfjs's own. */
export function maxPool(tf: Tf, x: Tensor4D, { size, stride, pad }: Pooling): Tensor4D {
  if (!tf.getKernel(MAX_POOL, tf.getBackend())) return tf.maxPool(x, size, stride, pad);
  const run = (kernel: string, inputs: Record<string, Tensor>) =>
    tf.engine().runKernel(kernel, inputs, { size, stride, pad } satisfies Pooling as NamedAttrMap);
  // Not a registered gradient: that would be given zeros, as many as there are maxima, for an output nobody read.
  const pool = tf.customGrad((...given) => {
    const [input, save] = given as unknown as [Tensor, (tensors: Tensor[]) => void];
    const [y, maxima] = run(MAX_POOL, { x: input }) as [Tensor, Tensor];
    save([input, y, maxima]);
    const gradFunc = (dy: Tensor | Tensor[], saved: Tensor[]) => {
      const [x, y, maxima] = saved as [Tensor, Tensor, Tensor];
      return run(MAX_POOL_GRAD, { dy: dy as Tensor, x, y, maxima }) as Tensor;
    };
    return { value: y, gradFunc };
  });
  return pool(x) as Tensor4D;
}
