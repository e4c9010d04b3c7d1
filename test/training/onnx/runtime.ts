/** ONNX Runtime as the export's tests use it. */
import * as ort from 'onnxruntime-node';
import type { ImageBatch, OpenSession, OutputTensor } from '../../../training/onnx/session.ts';

export function openWith(options: ort.InferenceSession.SessionOptions = {}): OpenSession {
  return async (onnxBytes) => {
    const session = await ort.InferenceSession.create(onnxBytes, { logSeverityLevel: 3, ...options });
    return {
      run: async ({ data, shape }: ImageBatch) => {
        const results = await session.run({ image: new ort.Tensor('uint8', data, [...shape]) });
        return new Map<string, OutputTensor>(
          Object.entries(results).map(([name, { data, dims }]) => [name, { data: data as Float32Array, dims }]),
        );
      },
      close: () => session.release(),
    };
  };
}

export const open = openWith();
