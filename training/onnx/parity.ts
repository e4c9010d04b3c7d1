/** Whether an exported graph answers what the trained network answers. */
import { FiducialError } from '../../domain/errors.ts';
import type { ImageBatch, OpenSession, OutputTensor } from './session.ts';

/** Crop units: a hundredth of a pixel in a crop of 100. */
export const PARITY_LIMIT = 1e-4;

export interface ParityCheck {
  readonly onnxBytes: Uint8Array;
  readonly open: OpenSession;
  /** The trained network: [N * K * 2] in crop units. */
  readonly forward: (images: ImageBatch) => Promise<Float32Array> | Float32Array;
  readonly samples: readonly ImageBatch[];
  /** Default PARITY_LIMIT. */
  readonly limit?: number;
}

/**
 * The largest absolute difference in crop units. Throws PARITY_FAILED beyond the limit, where the sizes differ, and
 * where either side gives what is not a number; INVALID_INPUT without samples.
 */
export async function checkParity(check: ParityCheck): Promise<number> {
  const { samples, limit = PARITY_LIMIT } = check;
  if (samples.length === 0) throw new FiducialError('INVALID_INPUT', 'Expected sample images to compare on, got none');
  const session = await check.open(check.onnxBytes);
  let largest = 0;
  try {
    for (const images of samples) {
      const [outputs, expected] = [await session.run(images), await check.forward(images)];
      largest = Math.max(largest, largestDifference(keypointsOf(outputs).data, expected));
    }
  } finally {
    await session.close();
  }
  if (largest <= limit) return largest;
  const message = `Expected the exported graph within ${limit} of the trained network, got a difference of ${largest}`;
  throw new FiducialError('PARITY_FAILED', `${message} crop units; nothing is registered`);
}

export function keypointsOf(outputs: ReadonlyMap<string, OutputTensor>): OutputTensor {
  const keypoints = outputs.get('keypoints');
  if (keypoints) return keypoints;
  const names = [...outputs.keys()].join(', ');
  throw new FiducialError('INVALID_MODEL', `Expected an output named keypoints, got ${names || 'none'}`);
}

function largestDifference(got: Float32Array, expected: Float32Array): number {
  if (got.length !== expected.length) {
    const message = `Expected ${expected.length} coordinates from the exported graph, got ${got.length}`;
    throw new FiducialError('PARITY_FAILED', message);
  }
  let largest = 0;
  for (let i = 0; i < got.length; i++) {
    const difference = Math.abs(got[i]! - expected[i]!);
    if (Number.isNaN(difference)) {
      throw new FiducialError(
        'PARITY_FAILED',
        `Expected numbers, got ${got[i]} (exported) and ${expected[i]} (trained)`,
      );
    }
    largest = Math.max(largest, difference);
  }
  return largest;
}
