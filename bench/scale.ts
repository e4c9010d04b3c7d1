/**
 * The figures of docs/scale.md that follow from others: `node bench/scale.ts` prints the page's tables, `--write` puts
 * them into the page. Simulated: bench/results/simulation.json; prices: bench/cost/prices.json; speeds and S3's limits:
 * bench/simulation/assumptions.ts; sizes: the planner's own.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { MAX_SHARD } from '../scoring/planning/limits.ts';
import { pricesSchema } from './cost/table.ts';
import { ASSUMED } from './simulation/assumptions.ts';

/** Requests of one shard, images aside. test/bench/simulation.test.ts holds them to the simulation. */
export const A_SHARD = {
  /** Of results: its plan; cancelled, deleted. */
  reads: 3,
  lists: 1,
  /** Its plan, its predictions, its summary. */
  writes: 3,
  /** A receive, a delete, a tenth of a send. */
  queue: 2.1,
} as const;

/** Of one run besides those of its shards, at most: its planner's; its workers', finishing included. Likewise. */
export const A_RUN = { planner: 22, scorer: 15 } as const;

const IMAGE_BYTES = 250_000;
const DAY_SECONDS = 86_400;
const HOURS_A_DAY = 24;

export interface Load {
  readonly imagesASecond: number;
  readonly workers: number;
  readonly shardsASecond: number;
  readonly otherS3ASecond: number;
  readonly sqsASecond: number;
  readonly bytesASecond: number;
  readonly readPartitions: number;
  readonly writePartitions: number;
}

/** Of so many images spread evenly over so many seconds. */
export function loadOf(images: number, seconds: number): Load {
  const imagesASecond = images / seconds;
  const shardsASecond = imagesASecond / MAX_SHARD;
  return {
    imagesASecond,
    workers: Math.ceil(imagesASecond / ASSUMED.imagesPerSecond.gpu),
    shardsASecond,
    otherS3ASecond: shardsASecond * (A_SHARD.reads + A_SHARD.lists + A_SHARD.writes),
    sqsASecond: shardsASecond * A_SHARD.queue,
    bytesASecond: imagesASecond * IMAGE_BYTES,
    readPartitions: Math.ceil(imagesASecond / ASSUMED.partition.reads),
    writePartitions: Math.ceil(imagesASecond / ASSUMED.partition.writes),
  };
}

/** Three digits. */
function said(value: number, unit = ''): string {
  const digits = value >= 100 || Number.isInteger(value) ? 0 : value >= 10 ? 1 : 2;
  return `${Number(value.toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: digits })}${unit}`;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

export function loads(): string {
  const all = [loadOf(10e6, DAY_SECONDS), loadOf(1e9, DAY_SECONDS), loadOf(1e9, DAY_SECONDS / HOURS_A_DAY)];
  const row = (what: string, figure: (load: Load) => string) => [what, ...all.map(figure)];
  return table(
    ['a second', 'ten million a day', 'a billion a day', 'a billion within an hour'],
    [
      row('images: GETs, and PUTs of who uploads', (load) => said(load.imagesASecond)),
      row(`workers at ${ASSUMED.imagesPerSecond.gpu} images/s (one small GPU each)`, (load) => said(load.workers)),
      row(`shards of ${MAX_SHARD}`, (load) => said(load.shardsASecond)),
      row('other S3 requests', (load) => said(load.otherS3ASecond)),
      row('SQS requests', (load) => said(load.sqsASecond)),
      row(`bytes read, ${IMAGE_BYTES / 1000} kB an image`, (load) => said(load.bytesASecond / 1e6, ' MB')),
      row('S3 partitions that its reads need', (load) => said(load.readPartitions)),
      row('that its uploads need', (load) => said(load.writePartitions)),
    ],
  );
}

/** Dollars a million images. */
export function costs(): string {
  const prices = pricesSchema.parse(JSON.parse(readFileSync(new URL('cost/prices.json', import.meta.url), 'utf8')));
  const million = 1e6;
  const shards = million / MAX_SHARD;
  const { putThousand, getThousand, gbMonth } = prices.s3;
  const { spot, managedFee } = prices.machineHour.gpu;
  const hours = million / ASSUMED.imagesPerSecond.gpu / 3600;
  const dollars = (value: number) => value.toFixed(value < 0.1 ? 4 : 2);
  return table(
    ['a million images', 'dollars'],
    [
      ['uploads: a PUT each', dollars((million / 1000) * putThousand)],
      ['reading: a GET each', dollars((million / 1000) * getThousand)],
      ['listing: a LIST a thousand', dollars((million / 1e6) * putThousand)],
      [
        `other S3 requests of ${said(shards)} shards`,
        dollars((shards / 1000) * ((A_SHARD.writes + A_SHARD.lists) * putThousand + A_SHARD.reads * getThousand)),
      ],
      ['SQS', dollars((shards * A_SHARD.queue * prices.sqsMillion) / 1e6)],
      [`${said(hours)} h of ${prices.machineHour.gpu.type}, spot, with its fee`, dollars(hours * (spot + managedFee))],
      [`a month of ${IMAGE_BYTES / 1000} kB each`, dollars(((million * IMAGE_BYTES) / 1e9) * gbMonth)],
    ],
  );
}

const resultsSchema = z.object({
  results: z.array(
    z.object({
      images: z.number(),
      workers: z.number(),
      compute: z.string(),
      partitions: z.number(),
      shardsAtOnce: z.number().nullable(),
      truth: z.boolean().default(false),
      shards: z.number(),
      idealSeconds: z.number(),
      scoreSeconds: z.number(),
      boundSeconds: z.number(),
      overIdeal: z.number(),
      scorerRequestsAShard: z.number(),
      dollarsAMillion: z.number(),
    }),
  ),
});

/** What bench/simulation.ts found. */
export function simulated(): string {
  const file = new URL('results/simulation.json', import.meta.url);
  const { results } = resultsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  return table(
    [
      'images',
      'workers',
      'partitions',
      'at once',
      'work / workers',
      'bound',
      'took',
      'over',
      'requests a shard',
      '$ a million',
    ],
    results.map((one) => [
      `${one.images.toLocaleString('en-US')}${one.truth ? ', with truth' : ''}`,
      `${one.workers} ${one.compute}`,
      String(one.partitions),
      one.shardsAtOnce === null ? 'by images' : String(one.shardsAtOnce),
      said(one.idealSeconds, ' s'),
      said(one.boundSeconds, ' s'),
      said(one.scoreSeconds, ' s'),
      `${(one.overIdeal * 100).toFixed(1)} %`,
      one.scorerRequestsAShard.toFixed(1),
      one.dollarsAMillion.toFixed(2),
    ]),
  );
}

/** A page with its tables as they are now. Each is known by its header. */
export function withTables(page: string): string {
  let text = page;
  for (const current of [loads(), costs(), simulated()]) {
    const header = current.slice(0, current.indexOf('\n'));
    const from = text.indexOf(header);
    if (from === -1) throw new Error(`Expected a table with the header ${header}`);
    const rows = /^(?:\|.*\n?)+/.exec(text.slice(from))![0];
    text = `${text.slice(0, from)}${current}\n${text.slice(from + rows.length)}`;
  }
  return text;
}

if (process.argv[1] === import.meta.filename) {
  const page = new URL('../docs/scale.md', import.meta.url);
  if (process.argv.includes('--write')) writeFileSync(page, withTables(readFileSync(page, 'utf8')));
  else console.log([loads(), costs(), simulated()].join('\n\n'));
}
