/** A scorer that takes the time that scoring takes, and makes results up. */
import type { Prediction } from '../../domain/records.ts';
import type { ItemScorer, ScoringItem } from '../../scoring/ports.ts';
import { ASSUMED } from './assumptions.ts';
import type { VirtualClock } from './clock.ts';
import type { Chance } from './random.ts';
import type { ReadStreams } from './readStreams.ts';
import { imageIndex, type SimulatedUploads } from './uploads.ts';

const BAD_EVERY = Math.round(1 / ASSUMED.badImages);

/** Follows from the image alone, as a real one does. */
function predictionOf({ item: { key } }: ScoringItem): Prediction {
  const index = imageIndex(key);
  if (index % BAD_EVERY === 7) {
    const error = { code: 'NOT_AN_IMAGE' as const, message: 'expected an image' };
    return { key, outcome: 'failed', width: null, height: null, error, faces: [] };
  }
  const box = { left: 90, top: 90, width: 100, height: 100 };
  const keypoints: [number, number][] = [[100 + (index % 97) / 7, 120 + (index % 89) / 3]];
  const face = { box, boxSource: 'whole' as const, keypoints, score: null, maePx: null, nme: null };
  return { key, outcome: 'scored', width: 640, height: 480, error: null, faces: [face] };
}

/** One worker's: shards are read beside each other, and share one processor. */
export function serviceTimeScorer(
  clock: VirtualClock,
  chance: Chance,
  uploads: SimulatedUploads,
  imagesPerSecond: number,
  streams: ReadStreams,
): ItemScorer {
  let free = 0;
  return {
    async *score(_model, items, { signal }) {
      const all: ScoringItem[] = [];
      for await (const item of items) all.push(item);
      const read = clock.now + uploads.readMs(all.length, streams);
      const computing = (all.length * 1000 * (0.95 + 0.1 * chance.next())) / imagesPerSecond;
      // Images are computed as they arrive, those of other shards meanwhile; the last one not before it has been read.
      free = Math.max(free, clock.now + ASSUMED.latency.get.median) + computing;
      await clock.sleep(Math.max(read, free) - clock.now);
      signal.throwIfAborted();
      for (const item of all) yield { index: item.index, prediction: predictionOf(item) };
    },
  };
}
