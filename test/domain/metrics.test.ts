import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Box, Point } from '../../domain/geometry.ts';
import {
  countOutcomes,
  emptySummary,
  evaluateFace,
  evaluateItem,
  mergeAll,
  mergeSummaries,
  metricsOf,
  pairFaces,
  type Summary,
  summariseFace,
  summariseMissed,
  summarySchema,
  truthInLayout,
  withErrors,
  worstFaces,
} from '../../domain/metrics/index.ts';
import type { Face, Prediction, TruthFace } from '../../domain/records.ts';

/** 68 points of a face whose outer eye corners are 100 px apart. */
function face68(dx = 0, dy = 0): Point[] {
  return Array.from(
    { length: 68 },
    (_, i): Point => [(i === 36 ? 0 : i === 45 ? 100 : i) + dx, (i === 36 || i === 45 ? 50 : i * 2) + dy],
  );
}

function summaryOf(dx: number, line: number, group: string | null = null, seen?: boolean): Summary {
  const errors = evaluateFace(face68(dx), { keypoints: face68(), layout: 'ibug68' }, 'ibug68')!;
  return summariseFace(errors, { shard: '000000', line, face: 0, key: `${line}.jpg`, group, seen }, 'ibug68');
}

const oneFace = fc
  .tuple(
    fc.double({ min: 0, max: 30, noNaN: true }),
    fc.nat(10_000),
    fc.option(fc.constantFrom('a', 'b', '1', '10')),
    fc.constantFrom(true, false, undefined),
  )
  .map(([dx, line, group, seen]) => summaryOf(dx, line, group, seen));
const missed = fc.constantFrom('a', null).map((group) => summariseMissed([group], 1, 'ibug68', 68, group === 'a'));
const summaries = fc.array(fc.oneof(oneFace, missed), { maxLength: 12 });

describe('errors of a face', () => {
  test('MAE averages over both coordinates; NME divides the mean distance by the inter-ocular distance', () => {
    const errors = evaluateFace(face68(3, 4), { keypoints: face68(), layout: null }, 'ibug68')!;
    expect(errors.maePx).toBe(3.5);
    expect(errors.nme.interOcular).toBeCloseTo(0.05, 12);
  });

  test('a network that knows the nose alone is held to the nose of any layout', () => {
    const truth: Point[] = Array.from({ length: 58 }, (_, i): Point => [i, -i]);
    expect(truthInLayout({ keypoints: truth, layout: null }, 'nose1', 1)).toEqual([[52, -52]]);
    const errors = evaluateFace([[53, -52]], { keypoints: truth, layout: 'imm58' }, 'nose1')!;
    expect(errors.maePx).toBe(0.5);
    expect(errors.nme.interOcular).toBeGreaterThan(0);
  });

  test('layouts without a correspondence are not compared', () => {
    expect(evaluateFace(face68(), { keypoints: face68().slice(0, 58), layout: null }, 'ibug68')).toBeNull();
  });
});

describe('pairing', () => {
  const at = (left: number): Box => ({ left, top: 0, width: 10, height: 10 });

  test('the best overlap is taken first, and each box once', () => {
    expect(pairFaces([at(0), at(4)], [at(3), at(100)])).toEqual({ pairs: [[1, 0]], missed: [0], extra: [1] });
  });

  test('an overlap below 0.3 is no answer', () => {
    expect(pairFaces([at(0)], [at(6)]).missed).toEqual([0]);
    expect(pairFaces([at(0)], [at(5)]).pairs).toEqual([[0, 0]]);
  });
});

describe('summaries', () => {
  const merge = (list: Summary[]) => list.reduce(mergeSummaries, emptySummary('ibug68', 68));

  test('merging is the same under any order', () => {
    fc.assert(
      fc.property(summaries, fc.infiniteStream(fc.nat()), (list, randoms) => {
        const shuffled = list
          .map((summary) => ({ summary, at: randoms.next().value as number }))
          .sort((a, b) => a.at - b.at);
        expect(JSON.stringify(merge(shuffled.map(({ summary }) => summary)))).toBe(JSON.stringify(merge(list)));
      }),
      { numRuns: 60 },
    );
  });

  test('merging is the same under any grouping', () => {
    fc.assert(
      fc.property(summaries, summaries, (left, right) => {
        const once = JSON.stringify(merge([...left, ...right]));
        expect(JSON.stringify(mergeSummaries(merge(left), merge(right)))).toBe(once);
        expect(JSON.stringify(mergeAll([...left, ...right], 'ibug68', 68))).toBe(once);
      }),
      { numRuns: 60 },
    );
  });

  test('a summary survives being stored', () => {
    const merged = merge([summaryOf(1, 0, 'a', true), summaryOf(2, 1), summariseMissed(['a'], 0, 'ibug68', 68)]);
    expect(summarySchema.parse(JSON.parse(JSON.stringify(merged)))).toEqual(merged);
  });

  test('one that was stored before it was known which images were seen is read as such', () => {
    const { bySeen: _, ...before } = JSON.parse(JSON.stringify(summaryOf(1, 0, 'a')));
    expect(summarySchema.parse(before)).toEqual(summaryOf(1, 0, 'a'));
  });

  test('summaries of different networks are refused', () => {
    expect(() => mergeSummaries(emptySummary('ibug68', 68), emptySummary('nose1', 1))).toThrow(/one layout/);
  });
});

describe('metrics', () => {
  test('a missed face lowers AUC and raises the failure rate, and leaves MAE and NME alone', () => {
    const metrics = metricsOf(mergeAll([summaryOf(4, 0), summariseMissed([null], 0, 'ibug68', 68)], 'ibug68', 68));
    expect(metrics).toMatchObject({ n: 1, missed: 1, maePx: 2, failureRateAt10: 0.5 });
    expect(metrics.nme.interOcular).toBeCloseTo(0.04, 9);
    expect(metrics.aucAt8).toBeCloseTo((0.08 - 0.04) / 0.08 / 2, 6);
    expect(metrics.ced.at(-1)).toEqual([0.2, 0.5]);
  });

  test('are apart for images that the network was trained on and others; what nobody knows is in neither', () => {
    const metrics = metricsOf(
      mergeAll(
        [
          summaryOf(1, 0, null, true),
          summaryOf(3, 1, null, true),
          summaryOf(8, 2, null, false),
          summariseMissed([null, 'a'], 0, 'ibug68', 68, false),
          summaryOf(20, 3),
        ],
        'ibug68',
        68,
      ),
    );
    expect(metrics).toMatchObject({ n: 4, missed: 2, maePx: 4 });
    expect(metrics.seen).toEqual({ n: 2, missed: 0, maePx: 1, nme: 0.02 });
    expect(metrics.unseen).toEqual({ n: 1, missed: 2, maePx: 4, nme: 0.08 });
    expect(metricsOf(summaryOf(1, 0))).not.toHaveProperty('seen');
  });

  test('the curve never falls, and reaches every face that is answered well', () => {
    const metrics = metricsOf(
      mergeAll(
        [1, 2, 3, 30].map((dx, line) => summaryOf(dx, line)),
        'ibug68',
        68,
      ),
    );
    const shares = metrics.ced.map(([, share]) => share);
    expect([...shares].sort((a, b) => a - b)).toEqual(shares);
    expect(shares.at(-1)).toBe(0.75);
  });

  test('the worst come first, ties in the order of the run', () => {
    const summary = mergeAll([summaryOf(1, 0), summaryOf(5, 2), summaryOf(5, 1)], 'ibug68', 68);
    expect(worstFaces(summary, 2).map((face) => face.line)).toEqual([1, 2]);
  });

  test('groups have their own errors', () => {
    const metrics = metricsOf(
      mergeAll([summaryOf(2, 0, 'anna'), summaryOf(4, 1, 'anna'), summaryOf(6, 2, 'ben')], 'ibug68', 68),
    );
    expect(metrics.groups.map(({ group, n, maePx }) => [group, n, maePx])).toEqual([
      ['anna', 2, 1.5],
      ['ben', 1, 3],
    ]);
  });

  test('no faces give no error rather than 0', () => {
    expect(metricsOf(emptySummary('nose1', 1))).toMatchObject({ n: 0, maePx: null, aucAt8: null });
  });
});

describe('an item', () => {
  const faceAt = (left: number, boxSource: Face['boxSource']): Face => ({
    box: { left, top: 0, width: 100, height: 150 },
    boxSource,
    keypoints: face68(left),
    score: null,
    maePx: null,
    nme: null,
  });
  const truthAt = (left: number): TruthFace => ({
    box: { left, top: 0, width: 100, height: 150 },
    keypoints: face68(left),
    layout: 'ibug68',
    group: null,
  });
  const prediction = (faces: Face[]): Prediction => ({
    key: 'a.jpg',
    outcome: 'scored',
    width: 500,
    height: 500,
    error: null,
    faces,
  });

  test('detections are paired with truths, and each gets the error of its own', () => {
    const scored = prediction([faceAt(300, 'detected'), faceAt(0, 'detected')]);
    const evaluation = evaluateItem(scored, [truthAt(0), truthAt(300), truthAt(700)], 'ibug68');
    expect(evaluation.missed).toEqual([2]);
    expect(withErrors(scored, evaluation).faces.map((face) => face.maePx)).toEqual([0, 0]);
  });

  test('a given box answers its truth even where it overlaps little', () => {
    expect(evaluateItem(prediction([faceAt(95, 'given')]), [truthAt(0)], 'ibug68').missed).toEqual([]);
  });

  test('an image that failed misses all its faces', () => {
    const failed: Prediction = { ...prediction([]), outcome: 'failed', error: { code: 'TRUNCATED', message: '' } };
    expect(evaluateItem(failed, [truthAt(0)], 'ibug68').missed).toEqual([0]);
    expect(countOutcomes([failed, prediction([])])).toEqual({
      scored: 1,
      failed: 1,
      faces: 0,
      errors: { TRUNCATED: 1 },
    });
  });
});
