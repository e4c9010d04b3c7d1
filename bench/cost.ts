/**
 * What Fiducial costs on AWS: `node bench/cost.ts`. Prints the tables of docs/operate.md and writes
 * bench/results/cost.json. Prices: bench/cost/prices.json. Alarms are counted in the synthesized templates; machine
 * hours come from the scaling simulation, with its assumed speeds.
 */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { readDeployment } from '../cdk/config.ts';
import { addFiducial } from '../cdk/fiducial.ts';
import { shardSizeFor } from '../scoring/planning/limits.ts';
import { atRest, forImages, type Line, markdown, pricesSchema, total } from './cost/table.ts';
import { batch, type Compute, scoring } from './scaling/scenarios.ts';
import { simulate } from './scaling/simulation.ts';

const IMAGES = 1_000_000;
const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
const prices = pricesSchema.parse(read('cost/prices.json'));

interface Alarm {
  readonly Type: string;
  readonly Properties: { readonly Metrics?: readonly { readonly MetricStat?: unknown }[] };
}

function alarmMetrics(): number {
  const context = { ...read('../cdk.json').context, 'aws:cdk:bundling-stacks': [] };
  const app = new App({ context, outdir: mkdtempSync(join(tmpdir(), 'fiducial-cost-')) });
  addFiducial(app, readDeployment({}));
  const resources = app
    .synth()
    .stacks.flatMap(({ template }) => Object.values(template.Resources as Record<string, Alarm>));
  const alarms = resources.filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm');
  return alarms.reduce(
    (sum, { Properties }) => sum + (Properties.Metrics?.filter((one) => one.MetricStat).length ?? 1),
    0,
  );
}

function million(compute: Compute): Line[] {
  const { workerSeconds } = simulate(scoring(compute, [batch(0, IMAGES, compute)]));
  return forImages(prices, {
    compute,
    spot: true,
    images: IMAGES,
    shards: Math.ceil(IMAGES / shardSizeFor(IMAGES)),
    workerHours: workerSeconds / 3600,
    meanImageBytes: 100_000,
    planGbSeconds: 300, // a listing of a thousand pages and two thousand shards written: some minutes of 1 GB
    putsAShard: 3,
    getsAShard: 7,
  });
}

const tables: Record<string, Line[]> = {
  'At rest, a month': atRest(prices, {
    zones: 2,
    alarmMetrics: alarmMetrics(),
    customMetrics: 4,
    imagesGb: 8,
    storedGb: 10,
  }),
  'A million images of 100 kB, GPU': million('gpu'),
  'A million images of 100 kB, CPU': million('cpu'),
};
console.log(`Prices of ${prices.region}, ${prices.date}. ${prices.note}\n`);
for (const [title, lines] of Object.entries(tables)) console.log(`${markdown(title, lines)}\n`);
const totals = Object.fromEntries(
  Object.entries(tables).map(([title, lines]) => [title, Number(total(lines).toFixed(2))]),
);
mkdirSync(new URL('results/', import.meta.url), { recursive: true });
writeFileSync(
  new URL('results/cost.json', import.meta.url),
  `${JSON.stringify({ prices, totals, tables }, null, 2)}\n`,
);
