import { describe, expect, test } from 'vitest';
import { uploadKeys } from '../../domain/keys.ts';
import { bootstrapMean } from '../../graphql/compare/bootstrap.ts';
import { truthOf } from '../scoring/world.ts';
import { mutate, scoredBatch } from './operations.ts';
import { imageName, stack } from './stack.ts';

describe('comparing runs', () => {
  const COMPARE = `query ($runs: [ID!]!) { compareRuns(runs: $runs) {
    baseline { id } run { id } measure pairs complete better worse newlyMissed newlyFound
    difference { n mean low high }
    improved(first: 3) { key difference baselineNme runNme baselinePrediction { key } runPrediction { key } }
    worsened(first: 3) { key difference } } }`;

  test('pairs faces and says by how much each got better or worse', async () => {
    const s = await stack();
    const { batch, run } = await scoredBatch(s, 30, truthOf);
    // The model answers by the bytes: other bytes, other errors. Image 6 was none; image 7 is none now.
    for (let i = 0; i < 10; i++) {
      await s.stores.uploads.put(uploadKeys.image('default', batch, imageName(i)), i === 7 ? 'bad' : `other ${i}`);
    }
    const again = await mutate(s, 'rerun', { run: run.id });
    await s.work();
    const { compareRuns } = await s.get(COMPARE, { runs: [run.id, again.run.id] });
    const [comparison] = compareRuns;
    expect(comparison).toMatchObject({
      baseline: { id: run.id },
      run: { id: again.run.id },
      measure: 'NME',
      pairs: 30,
      complete: true,
      newlyMissed: 1,
      newlyFound: 1,
    });
    // Of 30: 6, 13, 20, 27 were no images; 7 no more.
    expect(comparison.difference.n).toBe(25);
    expect(comparison.better + comparison.worse).toBe(8);
    const { low, mean, high } = comparison.difference;
    expect(low).toBeLessThanOrEqual(mean);
    expect(high).toBeGreaterThanOrEqual(mean);
    for (const change of comparison.improved) {
      expect(change.difference).toBeCloseTo(change.runNme - change.baselineNme, 12);
      expect(change.difference).toBeLessThan(0);
      expect(change.baselinePrediction.key).toBe(change.key);
    }
    const same = await s.get(COMPARE, { runs: [run.id, run.id] });
    expect(same.compareRuns[0]).toMatchObject({ better: 0, worse: 0, difference: { mean: 0, low: 0, high: 0 } });
  });

  test.each([1, 9])('%i runs are refused', async (count) => {
    const s = await stack();
    const { run } = await scoredBatch(s, 2, truthOf);
    const { errors } = await s.ask(COMPARE, { runs: Array(count).fill(run.id) });
    expect(errors?.[0]?.extensions?.code).toBe('INVALID_INPUT');
  });

  test('runs without truth are refused', async () => {
    const s = await stack();
    const { run } = await scoredBatch(s, 2);
    const { errors } = await s.ask(COMPARE, { runs: [run.id, run.id] });
    expect(errors?.[0]?.extensions?.code).toBe('PRECONDITION_FAILED');
  });

  test('the bootstrap interval holds the true mean about as often as it says', () => {
    let state = 1;
    const random = () => {
      state = (state * 48271) % 2147483647;
      return state / 2147483647;
    };
    const normal = () => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
    let held = 0;
    for (let trial = 0; trial < 200; trial++) {
      const interval = bootstrapMean(
        Array.from({ length: 40 }, () => 0.3 + normal()),
        300,
      )!;
      if (interval.low <= 0.3 && interval.high >= 0.3) held++;
    }
    expect(held / 200).toBeGreaterThan(0.88);
    expect(held / 200).toBeLessThan(0.99);
    expect(bootstrapMean([])).toBeNull();
    expect(bootstrapMean([2, 2, 2])).toEqual({ n: 3, mean: 2, low: 2, high: 2 });
  });
});
