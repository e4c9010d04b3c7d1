/** The page that reckons on paper says what the program prints. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { costs, loadOf, loads, simulated, withTables } from '../../bench/scale.ts';
import { readPrices } from '../../bench/simulation/prices.ts';

const file = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

test('the tables of docs/scale.md are those of bench/scale.ts', () => {
  const page = file('docs/scale.md');
  for (const table of [loads(), costs(), simulated()]) expect(page).toContain(table);
  expect(withTables(page)).toBe(page);
});

test('ten times the images are ten times the requests and bytes', () => {
  const [one, ten] = [loadOf(1e8, 86_400), loadOf(1e9, 86_400)];
  for (const figure of ['imagesASecond', 'shardsASecond', 'otherS3ASecond', 'sqsASecond', 'bytesASecond'] as const) {
    expect(ten[figure]).toBeCloseTo(one[figure] * 10, 6);
  }
});

test('the two price files agree on what both have', () => {
  const one = readPrices();
  const other = JSON.parse(file('bench/cost/prices.json'));
  expect(one.s3WriteThousand).toBe(other.s3.putThousand);
  expect(one.s3ReadThousand).toBe(other.s3.getThousand);
  expect(one.sqsMillion).toBe(other.sqsMillion);
  expect(one.lambdaMillion).toBe(other.lambda.requestsMillion);
  expect(one.lambdaGbSecond).toBe(other.lambda.gbSecond);
  expect(one.workerHour).toEqual({ gpu: other.machineHour.gpu.spot, cpu: other.machineHour.cpu.spot });
});
