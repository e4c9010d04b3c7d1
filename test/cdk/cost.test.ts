import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { atRest, forImages, markdown, pricesSchema, total } from '../../bench/cost/table.ts';

const prices = pricesSchema.parse(JSON.parse(readFileSync('bench/cost/prices.json', 'utf8')));
const rest = { zones: 2, alarmMetrics: 40, customMetrics: 4, imagesGb: 8, storedGb: 10 };
const million = {
  compute: 'gpu' as const,
  spot: true,
  images: 1_000_000,
  shards: 1954,
  workerHours: 2,
  meanImageBytes: 100_000,
  planGbSeconds: 300,
  putsAShard: 3,
  getsAShard: 7,
};

it('prices have a date, a region, and say that they have to be checked', () => {
  expect(prices.note).toMatch(/Check every figure/);
});

it('at rest, a month costs its endpoints, alarms, metrics, dashboard and what is stored, and no machine', () => {
  const lines = atRest(prices, rest);
  expect(total(lines)).toBeCloseTo(2 * 730 * 0.01 + 40 * 0.1 + 4 * 0.3 + 3 + 8 * 0.1 + 10 * 0.023, 6);
});

it('a million images cost at least a write and a read each, and their machine hours at the spot price', () => {
  const usd = Object.fromEntries(forImages(prices, million).map((line) => [line.what, line.usd]));
  expect(usd['S3 writes and listings']).toBeCloseTo(((1_000_000 + 1954 * 4 + 1000) / 1000) * 0.005, 6);
  expect(usd['S3 reads']).toBeCloseTo(((1_000_000 + 1954 * 7) / 1000) * 0.0004, 6);
  expect(usd['g4dn.xlarge, spot']).toBeCloseTo(2 * (0.21 + 0.063 + 0.005 + (80 * 0.08) / 730), 6);
});

it('the table in docs/operate.md is what the price file gives', () => {
  const committed = JSON.parse(readFileSync('bench/results/cost.json', 'utf8'));
  expect(committed.prices).toEqual(prices);
  const docs = readFileSync('docs/operate.md', 'utf8');
  for (const [title, lines] of Object.entries(committed.tables)) {
    expect(docs).toContain(markdown(title, lines as Parameters<typeof markdown>[1]));
  }
});
