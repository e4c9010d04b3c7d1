/** The network of a model package, from a crop's pixels to keypoints in crop units. */
import { FiducialError } from '../domain/errors.ts';
import { type KeypointLayout, layoutOf } from '../domain/layouts.ts';
import type { ModelCard } from '../domain/modelCard.ts';
import { Batcher, type Row, type Work } from './batcher.ts';
import type { ModelPackage } from './package.ts';
import type { OnnxSession, Runtime } from './runtime.ts';

export interface KeypointModel {
  readonly card: ModelCard;
  /** `pixels` is uint8 [H, W, 3] as the card's input says. Gives [K * 2] in crop units, x before y. */
  predict(pixels: Uint8Array): Promise<Float32Array>;
}

export interface KeypointModelOptions {
  readonly work: Work;
  readonly batchSize: number;
  /** Default: the card's. */
  readonly flipTest?: boolean;
}

/** Throws INVALID_MODEL where the graph does not fit the card. */
export async function openKeypointModel(
  runtime: Runtime,
  { card, bytes }: ModelPackage,
  { work, batchSize, flipTest = card.flipTest }: KeypointModelOptions,
): Promise<KeypointModel> {
  const session = await runtime.open(bytes, card.sha256);
  checkSession(session, card);
  const { width, height } = card.input;
  const layout = layoutOfCard(card);
  const batcher = new Batcher(session, work, { size: batchSize, height, width });
  const once = async (pixels: Uint8Array) => keypointsOf(await batcher.run(pixels), card);
  const twice = async (pixels: Uint8Array) => {
    const [straight, flipped] = await Promise.all([once(pixels), once(mirrorPixels(pixels, width))]);
    return averageWithMirror(straight, flipped, layout, card.labelShift);
  };
  return { card, predict: flipTest ? twice : once };
}

function checkSession({ inputSize: [height, width], outputs }: OnnxSession, card: ModelCard): void {
  const { name, version, input } = card;
  const fits = (size: number | null, expected: number) => size === null || size === expected;
  if (!fits(height, input.height) || !fits(width, input.width) || !outputs.includes('keypoints')) {
    throw new FiducialError(
      'INVALID_MODEL',
      `Expected a graph of ${name}@${version} from ${input.width} x ${input.height} pixels to keypoints, got ` +
        `${width ?? 'any'} x ${height ?? 'any'} to ${outputs.join(', ')}; export it anew`,
      { ids: { model: name, version } },
    );
  }
}

function layoutOfCard({ name, layout, points }: ModelCard): KeypointLayout {
  try {
    return layoutOf(layout, points);
  } catch (cause) {
    throw new FiducialError('INVALID_MODEL', `The card of ${name}: ${(cause as Error).message}`, { cause });
  }
}

function keypointsOf({ outputs }: Row, { name, points }: ModelCard): Float32Array {
  const keypoints = outputs.get('keypoints');
  if (keypoints?.length === points * 2 && keypoints.every(Number.isFinite)) return keypoints;
  throw new FiducialError(
    'INVALID_MODEL',
    `Expected ${points * 2} finite numbers a crop from ${name}, got ${keypoints?.length ?? 'no output'}`,
  );
}

/** Rows reversed. `pixels` is uint8 [H, W, 3]. */
export function mirrorPixels(pixels: Uint8Array, width: number): Uint8Array {
  const mirrored = new Uint8Array(pixels.length);
  for (let row = 0; row < pixels.length; row += width * 3) {
    for (let x = 0; x < width; x++) {
      const from = row + x * 3;
      mirrored.set(pixels.subarray(from, from + 3), row + (width - 1 - x) * 3);
    }
  }
  return mirrored;
}

/**
 * Both in crop units, [K * 2]. A point of the mirror image is its counterpart at 1 - x, and where the labels lie to the
 * right by `labelShift`, so do the answers in both images: the mirrored one's came to lie left.
 */
function averageWithMirror(
  straight: Float32Array,
  flipped: Float32Array,
  { flip }: KeypointLayout,
  labelShift: number,
): Float32Array {
  return straight.map((value, i) => {
    const counterpart = flipped[flip[i >> 1]! * 2 + (i & 1)]!;
    return (value + (i & 1 ? counterpart : 1 - counterpart + 2 * labelShift)) / 2;
  });
}
