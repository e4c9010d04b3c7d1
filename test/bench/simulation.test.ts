/** The quick part of bench/simulation.ts: what a run asks of S3 and SQS. */
import { beforeAll, describe, expect, test } from 'vitest';
import { A_RUN, A_SHARD } from '../../bench/scale.ts';
import { readPrices } from '../../bench/simulation/prices.ts';
import { type Simulated, simulate } from '../../bench/simulation/simulate.ts';

const prices = readPrices();
const setting = { compute: 'gpu', partitions: 1, faults: true, seed: 3, shardsAtOnce: null } as const;
const runs: Simulated[] = [];

beforeAll(async () => {
  for (const [images, workers] of [
    [10, 1],
    [1_000, 2],
    [8_000, 1],
  ] as const) {
    runs.push(await simulate({ ...setting, images, workers }, prices));
  }
}, 120_000);

describe('a simulated run, with refusals, lost answers, duplicates and reclaims', () => {
  test('reads each image once, but for messages that come twice', () => {
    for (const { images, imageGets, redelivered, shards } of runs) {
      expect(imageGets).toBeGreaterThanOrEqual(images);
      expect(imageGets).toBeLessThanOrEqual(images + redelivered * Math.ceil(images / shards));
    }
  });

  test('asks for at most nine other things a shard, whatever its size, and ten with its planner', () => {
    // A run of one shard finishes in it, which costs a few more.
    for (const { scorerRequestsAShard, requestsAShard } of runs.slice(1)) {
      expect(scorerRequestsAShard).toBeLessThanOrEqual(9);
      expect(requestsAShard).toBeLessThanOrEqual(10);
    }
    expect(runs[0]!.scorerRequestsAShard).toBeLessThanOrEqual(15);
  });

  test('asks for at most ten with ground truth', async () => {
    const { scorerRequestsAShard } = await simulate({ ...setting, images: 2_000, workers: 2, truth: true }, prices);
    expect(scorerRequestsAShard).toBeLessThanOrEqual(10);
  });

  test('asks for what docs/scale.md says of a run and a shard', async () => {
    for (const [images, truth] of [
      [10, false],
      [100, false],
      [1_000, false],
      [1_000, true],
    ] as const) {
      const calm = { ...setting, faults: false, images, workers: 1, truth };
      const { shards, failed, scorerRequestsAShard, requestsAShard } = await simulate(calm, prices);
      // Of each shard with truth, or with a failure, the summary is read.
      const scorer = A_RUN.scorer + shards * 8 + (truth ? shards : failed);
      expect(scorerRequestsAShard * shards).toBeLessThanOrEqual(scorer);
      expect(scorerRequestsAShard * shards).toBeGreaterThanOrEqual(scorer - A_RUN.scorer);
      expect(requestsAShard * shards).toBeLessThanOrEqual(scorer + A_RUN.planner + shards * 1.2);
    }
  });

  test('asks for what docs/scale.md reckons with', () => {
    const { requests, shards } = runs[2]!;
    const each = (...names: string[]) => names.reduce((sum, name) => sum + (requests[name] ?? 0), 0) / shards;
    expect(each('results.put')).toBeCloseTo(A_SHARD.writes, 0);
    expect(each('results.list')).toBeCloseTo(A_SHARD.lists, 0);
    expect(each('results.get', 'results.head')).toBeCloseTo(A_SHARD.reads, 0);
    expect(each('score.send', 'score.receive', 'score.change')).toBeCloseTo(A_SHARD.queue, 0);
  });

  test('has requests and cost that grow no faster than its images', () => {
    const [, small, large] = runs as [Simulated, Simulated, Simulated];
    const times = large.images / small.images;
    const total = ({ requests }: Simulated) => Object.values(requests).reduce((sum, count) => sum + count, 0);
    expect(total(large)).toBeLessThanOrEqual(total(small) * times * 1.02);
    expect(large.dollarsAMillion).toBeLessThanOrEqual(small.dollarsAMillion * 1.02);
    expect(large.planSeconds).toBeLessThanOrEqual(small.planSeconds * times);
  });

  test('has an outcome for each image, bad ones named', () => {
    for (const { images, scored, failed } of runs) expect(scored + failed).toBe(images);
    expect(runs[2]!.failed).toBe(16);
  });

  test('takes its work divided by its workers, and at most 15 % more where there are shards enough', () => {
    expect(runs[2]!.overIdeal).toBeGreaterThan(0);
    expect(runs[2]!.overIdeal).toBeLessThan(0.15);
  });

  test('is the same run for the same seed', async () => {
    const again = await simulate({ ...setting, images: 1_000, workers: 2 }, prices);
    expect(again).toEqual(runs[1]);
  });
});

test('a partition of S3 is what many workers run into', async () => {
  const many = { ...setting, faults: false, images: 8_000, workers: 60 };
  const one = await simulate(many, prices);
  const several = await simulate({ ...many, partitions: 8 }, prices);
  expect(one.scoreSeconds).toBeGreaterThan(8_000 / 5_500);
  expect(several.scoreSeconds).toBeLessThan(one.scoreSeconds);
});

test('where sixty workers end at once, one of them reads what finishing takes', async () => {
  const { requests, shards } = await simulate(
    { ...setting, faults: false, images: 8_000, workers: 60, partitions: 8 },
    prices,
  );
  // Plans; run.json a worker; two of the planner; a summary for each of 16 failures; and another's claim, a worker at most.
  const least = shards + 60 + 2 + 16;
  expect(requests['results.get']).toBeGreaterThanOrEqual(least);
  expect(requests['results.get']).toBeLessThan(least + 60);
});
