/** What the export needs of an inference runtime: given as a part, so that this folder imports none. */

/** uint8 RGB as decoded, [N, H, W, 3]. */
export interface ImageBatch {
  readonly data: Uint8Array;
  readonly shape: readonly [count: number, height: number, width: number, channels: 3];
}

export interface OutputTensor {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

export interface OnnxSession {
  /** Every output of the graph, by name. */
  run(images: ImageBatch): Promise<ReadonlyMap<string, OutputTensor>>;
  close(): Promise<void>;
}

/** Throws INVALID_MODEL where the runtime refuses the file. */
export type OpenSession = (onnxBytes: Uint8Array) => Promise<OnnxSession>;
