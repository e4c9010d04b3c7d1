/**
 * Cost and scale by simulation: the real planner, scorer loop, settle and finisher against a simulated S3 and SQS.
 *
 *   node bench/simulation.ts [--quick] [--largest 10000000] [--processes 1]
 *
 * Prints a table and writes bench/results/simulation.json. What is assumed of the services is in
 * bench/simulation/assumptions.ts, prices in bench/prices.json. `bound`: what whole shards, S3's partitions and the
 * median latency of requests that follow one another allow; where it is far above work / workers, more workers can't
 * help. A million images take about half a minute of one core and half a gigabyte, ten million ten times the time and
 * three times the memory: twenty minutes for everything, five with `--largest 1000000`. Each line is a process of its
 * own, `--processes` of them at once; its clock is simulated, so whatever else the machine does changes nothing.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs, promisify } from 'node:util';
import { inOrderAhead } from '../scoring/concurrently.ts';
import { ASSUMED } from './simulation/assumptions.ts';
import { readPrices } from './simulation/prices.ts';
import { type Simulated, type Simulation, simulate } from './simulation/simulate.ts';

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    largest: { type: 'string', default: '10000000' },
    processes: { type: 'string', default: '1' },
    /** Of one of these processes: its setting, as JSON. */
    setting: { type: 'string' },
  },
});

/** By default a worker takes shards by their images; a number is what a person may set instead. */
const gpu = (images: number, workers: number, partitions = 1, shardsAtOnce: number | null = null): Simulation => ({
  images,
  workers,
  partitions,
  compute: 'gpu',
  faults: true,
  seed: 1,
  shardsAtOnce,
});
const QUICK = [gpu(10, 1), gpu(1_000, 2), gpu(20_000, 4)];
const FULL = [
  gpu(10, 1),
  gpu(100, 1),
  gpu(1_000, 2),
  gpu(10_000, 4, 1, 3),
  gpu(10_000, 4),
  { ...gpu(100_000, 10), compute: 'cpu' } as const,
  gpu(100_000, 10),
  gpu(100_000, 10, 1, 8),
  { ...gpu(100_000, 10), truth: true } as const,
  gpu(100_000, 1),
  gpu(1_000_000, 10),
  gpu(1_000_000, 100),
  gpu(1_000_000, 100, 8),
  gpu(3_000_000, 500, 32),
  gpu(3_000_000, 500, 32, 8),
  gpu(10_000_000, 20),
  gpu(10_000_000, 500),
  gpu(10_000_000, 500, 32),
];

const prices = readPrices();
if (flags.setting) {
  process.stdout.write(JSON.stringify(await simulate(JSON.parse(flags.setting) as Simulation, prices)), () => {
    // Long polls of the simulated workers are still waiting on a clock that has stopped.
    process.exit(0);
  });
  await new Promise(() => {});
}

const run = promisify(execFile);
const settings = (flags.quick ? QUICK : FULL).filter(({ images }) => images <= Number(flags.largest));
async function inItsProcess(setting: Simulation): Promise<Simulated> {
  const { stdout } = await run(process.execPath, [import.meta.filename, '--setting', JSON.stringify(setting)]);
  console.error(`${setting.images} images, ${setting.workers} workers: done`);
  return JSON.parse(stdout) as Simulated;
}
const done = new Map<Simulation, Simulated>();
// The longest first, so that none is left alone at the end.
const byImages = settings.toSorted((a, b) => b.images - a.images);
const limits = { atOnce: Number(flags.processes), ahead: settings.length };
const finished = inOrderAhead(byImages, limits, async (setting) => ({ setting, result: await inItsProcess(setting) }));
for await (const { setting, result } of finished) done.set(setting, result);
const results = settings.map((setting) => done.get(setting)!);

const rounded = (value: number, digits = 1) => Number(value.toFixed(digits));
console.table(
  results.map((one) => ({
    images: one.images,
    workers: `${one.workers} ${one.compute}`,
    truth: one.truth ?? false,
    'at once': one.shardsAtOnce ?? 'by images',
    partitions: one.partitions,
    shards: one.shards,
    'plan s': rounded(one.planSeconds),
    'score s': rounded(one.scoreSeconds),
    'work / workers s': rounded(one.idealSeconds),
    'over it %': rounded(one.overIdeal * 100),
    'bound s': rounded(one.boundSeconds),
    'over bound %': rounded((one.scoreSeconds / one.boundSeconds - 1) * 100),
    'GETs an image': rounded(one.imageGets / one.images, 3),
    'other requests a shard': rounded(one.scorerRequestsAShard),
    'with planning': rounded(one.requestsAShard),
    'held up': one.throttled,
    '$ a million': rounded(one.dollarsAMillion, 2),
    'of it workers': rounded((one.cost.workers * 1e6) / one.images, 2),
  })),
);
if (!flags.quick) {
  mkdirSync(new URL('results/', import.meta.url), { recursive: true });
  const machine = { processor: cpus()[0]!.model, node: process.version };
  const text = JSON.stringify({ machine, assumed: ASSUMED, prices, results }, null, 2);
  writeFileSync(new URL('results/simulation.json', import.meta.url), `${text}\n`);
}
