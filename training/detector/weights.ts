/** Reads a TensorFlow.js weights manifest whose tensors are quantised to uint8: value = q * scale + min. */
import { z } from 'zod';
import { FiducialError } from '../../domain/errors.ts';
import { elementCount, type FloatTensor } from '../onnx/tensor.ts';

const manifestSchema = z.tuple([
  z.object({
    weights: z.array(
      z.object({
        name: z.string(),
        shape: z.array(z.int().positive()),
        dtype: z.literal('float32'),
        quantization: z.object({ dtype: z.literal('uint8'), scale: z.number().positive(), min: z.number() }),
      }),
    ),
  }),
]);

/** Throws INVALID_MODEL where the manifest is another kind, or the bytes are not as many as it says. */
export function readQuantizedManifest(manifest: unknown, bytes: Uint8Array): Map<string, FloatTensor> {
  const parsed = manifestSchema.safeParse(manifest);
  if (!parsed.success) {
    throw new FiducialError('INVALID_MODEL', 'Expected one group of float32 weights quantised to uint8', {
      cause: parsed.error,
    });
  }
  const tensors = new Map<string, FloatTensor>();
  let at = 0;
  for (const { name, shape, quantization } of parsed.data[0].weights) {
    const integers = bytes.subarray(at, at + elementCount(shape));
    at += elementCount(shape);
    const data = Float32Array.from(integers, (q) => Math.fround(q * quantization.scale + quantization.min));
    tensors.set(name, { shape, data });
  }
  if (at !== bytes.length)
    throw new FiducialError('INVALID_MODEL', `Expected ${at} bytes of weights, got ${bytes.length}`);
  return tensors;
}
