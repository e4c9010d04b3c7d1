/** The part of tfjs-node's backend that runs an operation of TensorFlow by its name. */
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';

export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

export interface NativeBackend {
  readonly binding: Readonly<Record<string, number>> & { readonly TF_Version: string };
  readonly isUsingGpuDevice: boolean;
  executeSingleOutput(op: string, attributes: OpAttribute[], inputs: TensorInfo[]): Tensor;
  executeMultipleOutputs(op: string, attributes: OpAttribute[], inputs: TensorInfo[], outputs: number): Tensor[];
}

type Kind = 'TYPE' | 'FLOAT' | 'STRING' | 'BOOL' | 'INT' | 'SHAPE';

export function attribute(backend: NativeBackend, kind: Kind, name: string, value: unknown): OpAttribute {
  return { name, type: backend.binding[`TF_ATTR_${kind}`] as number, value };
}

export function float32(backend: NativeBackend, name = 'T'): OpAttribute {
  return attribute(backend, 'TYPE', name, backend.binding.TF_FLOAT);
}
