import { describe, expect, test } from 'vitest';
import { isFiducialError, isItemErrorCode } from '../../domain/errors.ts';
import { cropSpecSchema } from '../../domain/modelCard.ts';
import { openImage } from '../../imaging/crop.ts';
import { inOrder } from '../../inference/ordered.ts';
import { type OddImage, oddImages } from './badImages.ts';

const spec = cropSpecSchema.parse({ width: 32, height: 32 });
/** All that is made once (about 340), and then bit flips. */
const COUNT = 420;

interface Outcome {
  readonly image: OddImage;
  readonly got: string;
  readonly ms: number;
}

async function outcomeOf(image: OddImage): Promise<Outcome> {
  const start = performance.now();
  const got = await openImage(image.bytes).then(
    async (open) => {
      try {
        const { pixels } = await open.crop(null, spec);
        return pixels.length === 32 * 32 * 3 ? 'ok' : `${pixels.length} bytes`;
      } catch (error) {
        return codeOf(error);
      }
    },
    (error: unknown) => codeOf(error),
  );
  return { image, got, ms: performance.now() - start };
}

function codeOf(error: unknown): string {
  if (!isFiducialError(error) || !isItemErrorCode(error.code)) return `not an item's error: ${error}`;
  return /^Expected .+, got .+; .+/s.test(error.message) ? error.code : `a message without advice: ${error.message}`;
}

async function* first(count: number): AsyncGenerator<OddImage> {
  let left = count;
  for await (const image of oddImages()) {
    if (left-- === 0) return;
    yield image;
  }
}

describe('odd and hostile images', () => {
  test(`${COUNT} of them have a typed outcome each, in bounded time and memory`, { timeout: 90_000 }, async () => {
    const outcomes: Outcome[] = [];
    for await (const outcome of inOrder(first(COUNT), outcomeOf, { window: 8 })) outcomes.push(outcome);
    expect(outcomes).toHaveLength(COUNT);
    const wrong = outcomes
      .filter(({ image, got }) => got !== image.expected && (image.expected || (got !== 'ok' && !isItemErrorCode(got))))
      .map(({ image, got }) => `${image.name}: ${got}, not ${image.expected}`);
    expect(wrong).toEqual([]);
    expect(Math.max(...outcomes.map(({ ms }) => ms))).toBeLessThan(20_000);
    expect(process.resourceUsage().maxRSS / 1024).toBeLessThan(1500);
  });
});
