import type * as TfCore from '@tensorflow/tfjs-core';

/** The one tfjs-core of this process. Passed along, never imported by the code that computes. */
export type Tf = typeof TfCore;

export const BACKEND_NAMES = ['tfjs-node-gpu', 'tfjs-node', 'wasm', 'cpu'] as const;

/** `cpu` is pure JavaScript: the reference that the others are tested against, far too slow to train with. */
export type BackendName = (typeof BACKEND_NAMES)[number];

export interface Backend {
  readonly name: BackendName;
  readonly tf: Tf;
  /** What computes, for the record of a run: `{tfjs: '4.22.0', tensorflow: '2.15.1'}`. */
  readonly versions: Readonly<Record<string, string>>;
}
