import type { PredictedItem } from './predictor.ts';

/** What goes on in the background is bounded by the decoder's own limit; only its outcome is no longer waited for. */
export async function withinTime<Id>(
  outcome: Promise<PredictedItem<Id>>,
  timeoutMs: number | undefined,
  id: Id,
): Promise<PredictedItem<Id>> {
  if (timeoutMs === undefined) return await outcome;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<PredictedItem<Id>>((resolve) => {
    const message = `Expected an image that is scored within ${timeoutMs} ms, got one that takes longer; scale it down`;
    timer = setTimeout(() => resolve({ id, size: null, faces: [], error: { code: 'TIMEOUT', message } }), timeoutMs);
  });
  try {
    return await Promise.race([outcome, late]);
  } finally {
    clearTimeout(timer);
  }
}
