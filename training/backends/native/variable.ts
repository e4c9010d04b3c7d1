/** Arrays that TensorFlow keeps and changes in place: resource variables, and the operations that train them. */
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { Tf } from '../types.ts';
import { attribute, float32, type NativeBackend } from './nodeBackend.ts';

/** TensorFlow's name for a variable that nobody shares: it is freed with its handle (kAnonymousName). */
const ANONYMOUS = 'cd2c89b7-88b7-44c8-ad83-06c2a9158347';

/** Scalars of ResourceApplyAdam. Both powers of beta are given as 0: `rate` has the bias correction in it. */
export interface AdamScalars {
  readonly none: Tensor;
  readonly rate: Tensor;
  readonly beta1: Tensor;
  readonly beta2: Tensor;
  readonly epsilon: Tensor;
}

/** TensorFlow's C library where it computes on the processor, else null: on a GPU none of this was ever run. */
export function nativeBackend(tf: Tf): NativeBackend | null {
  if (tf.getBackend() !== 'tensorflow') return null;
  const native = tf.backend() as unknown as NativeBackend;
  return native.isUsingGpuDevice ? null : native;
}

/** float32. Where nobody holds what {@link read} gave, changes are made in place; else on a copy. */
export class NativeVariable {
  readonly #native: NativeBackend;
  readonly #handle: Tensor;

  constructor(tf: Tf, native: NativeBackend, initial: Tensor) {
    this.#native = native;
    const text = (name: string, value: string) => attribute(native, 'STRING', name, value);
    const shape = attribute(native, 'SHAPE', 'shape', initial.shape);
    const attributes = [float32(native, 'dtype'), shape, text('container', ''), text('shared_name', ANONYMOUS)];
    this.#handle = tf.keep(native.executeSingleOutput('VarHandleOp', attributes, []));
    this.assign(initial);
  }

  /** Shares the tensor's memory: dispose of it after. */
  assign(tensor: Tensor): void {
    this.#run('AssignVariableOp', [float32(this.#native, 'dtype')], [tensor]);
  }

  /** Shares the variable's memory. */
  read(): Tensor {
    return this.#native.executeSingleOutput('ReadVariableOp', [float32(this.#native, 'dtype')], [this.#handle]);
  }

  /** this -= factor * delta. */
  descend(factor: Tensor, delta: Tensor): void {
    this.#run('ResourceApplyGradientDescent', [float32(this.#native), this.#unlocked()], [factor, delta]);
  }

  adam(first: NativeVariable, second: NativeVariable, scalars: AdamScalars, gradient: Tensor): void {
    const { none, rate, beta1, beta2, epsilon } = scalars;
    const attributes = [
      float32(this.#native),
      this.#unlocked(),
      attribute(this.#native, 'BOOL', 'use_nesterov', false),
    ];
    const moments = [first.#handle, second.#handle];
    this.#run('ResourceApplyAdam', attributes, [...moments, none, none, rate, beta1, beta2, epsilon, gradient]);
  }

  dispose(): void {
    this.#handle.dispose();
  }

  #unlocked() {
    return attribute(this.#native, 'BOOL', 'use_locking', false);
  }

  #run(op: string, attributes: Parameters<NativeBackend['executeSingleOutput']>[1], inputs: TensorInfo[]): void {
    this.#native.executeMultipleOutputs(op, attributes, [this.#handle, ...inputs], 0);
  }
}

/** Half the sum of squares, a scalar. */
export function halfSquares(native: NativeBackend, tensor: Tensor): Tensor {
  return native.executeSingleOutput('L2Loss', [float32(native)], [tensor]);
}
