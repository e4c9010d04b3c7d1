/** List prices in dollars, from bench/prices.json, which names their region and date. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const pricesSchema = z.object({
  region: z.string(),
  date: z.string(),
  s3WriteThousand: z.number(),
  s3ReadThousand: z.number(),
  sqsMillion: z.number(),
  sqsFairMillion: z.number(),
  lambdaMillion: z.number(),
  lambdaGbSecond: z.number(),
  workerHour: z.object({ gpu: z.number(), cpu: z.number() }),
});
export type Prices = z.infer<typeof pricesSchema>;

export function readPrices(): Prices {
  const file = new URL('../prices.json', import.meta.url);
  return pricesSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}
