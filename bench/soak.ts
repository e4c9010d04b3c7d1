/**
 * Many images through one stack: memory, file handles and time an image, which all have to stay flat.
 *
 *   node bench/soak.ts [--images 50000] [--batch 5000] [--every 10]
 *     --every   seconds between samples
 *
 * Writes bench/results/soak.json and a plot, bench/results/soak.png. Fails where the last third of the run has more than
 * a tenth more memory or handles than the middle third, or takes a quarter longer an image. Tensors: the scorer has none
 * of TensorFlow's, and ONNX Runtime's are in its memory; those of training are counted in test/training/fit.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { TopLevelSpec } from 'vega-lite';
import { readProgress, readRun } from '../scoring/read/index.ts';
import { renderPng } from '../training/figures/render.ts';
import {
  type BenchStack,
  childrenOf,
  commitBatch,
  isDone,
  PROJECT,
  photographs,
  startBenchStack,
  until,
} from './embeddedStack.ts';

const { values: flags } = parseArgs({
  options: {
    images: { type: 'string', default: '50000' },
    batch: { type: 'string', default: '5000' },
    every: { type: 'string', default: '10' },
  },
});
const perBatch = Number(flags.batch);
const batches = Math.ceil(Number(flags.images) / perBatch);

interface Sample {
  readonly images: number;
  readonly process: string;
  readonly megabytes: number;
  readonly handles: number;
}

function sample({ stack }: BenchStack, images: number): Sample[] {
  return Object.entries(stack.supervisor.pids()).flatMap(([name, pid]) => [
    ...measured(name, pid, images),
    ...childrenOf(pid).flatMap((child) => measured(`child of ${name}`, child, images)),
  ]);
}

function measured(name: string, pid: number, images: number): Sample[] {
  try {
    const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]);
    return [{ images, process: name, megabytes: kilobytes / 1024, handles: readdirSync(`/proc/${pid}/fd`).length }];
  } catch {
    return [];
  }
}

async function imagesDone({ storage: { stores } }: BenchStack, run: string): Promise<number> {
  const record = (await readRun(stores, PROJECT, run))?.record;
  if (!record) return 0;
  const { scored, failed } = await readProgress(stores, record);
  return scored + failed;
}

const samples: Sample[] = [];
const latency: { readonly images: number; readonly msAnImage: number }[] = [];
const bench = await startBenchStack(1);
try {
  const photos = await photographs(40);
  for (let batch = 0; batch < batches; batch++) {
    const before = batch * perBatch;
    const run = await commitBatch(bench.storage, `batch-${batch}`, perBatch, photos);
    const started = performance.now();
    const over = new AbortController();
    const sampling = (async () => {
      while (!over.signal.aborted) {
        samples.push(...sample(bench, before + (await imagesDone(bench, run))));
        await delay(Number(flags.every) * 1000, undefined, { signal: over.signal }).catch(() => {});
      }
    })();
    await until(() => isDone(bench.storage, run), 250);
    over.abort();
    await sampling;
    samples.push(...sample(bench, before + perBatch));
    latency.push({ images: before + perBatch, msAnImage: (performance.now() - started) / perBatch });
    console.error(`${before + perBatch} images: ${latency.at(-1)!.msAnImage.toFixed(2)} ms each`);
  }
} finally {
  await bench.stop();
}

/** Not a number where there is nothing: too short a run proves nothing. */
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of the last third of the images over the middle one. */
function growth<T extends { readonly images: number }>(all: readonly T[], pick: (one: T) => number): number {
  const third = (batches * perBatch) / 3;
  const within = (from: number, to: number) => all.filter(({ images }) => images > from && images <= to).map(pick);
  return mean(within(2 * third, 3 * third)) / mean(within(third, 2 * third));
}

const rows = [...new Set(samples.map((one) => one.process))].map((name) => {
  const own = samples.filter((one) => one.process === name);
  return {
    process: name,
    'MB at last': Math.round(own.at(-1)!.megabytes),
    'MB, last third over middle': Number(growth(own, (one) => one.megabytes).toFixed(3)),
    'handles at last': own.at(-1)!.handles,
    'handles, last third over middle': Number(growth(own, (one) => one.handles).toFixed(3)),
  };
});
const slower = growth(latency, (one) => one.msAnImage);
console.table(rows);
console.log(`ms an image, last third over middle: ${slower.toFixed(3)}`);

const panel = (field: string, title: string) => ({
  width: 480,
  height: 140,
  mark: { type: 'line', point: true },
  encoding: {
    x: { field: 'images', type: 'quantitative' },
    y: { field, type: 'quantitative', title },
    ...(field === 'msAnImage' ? {} : { color: { field: 'process', type: 'nominal' } }),
  },
});
const spec = {
  $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
  vconcat: [
    { data: { values: samples }, ...panel('megabytes', 'MB') },
    { data: { values: samples }, ...panel('handles', 'file handles') },
    { data: { values: latency }, ...panel('msAnImage', 'ms an image') },
  ],
} as unknown as TopLevelSpec;
mkdirSync(new URL('results/', import.meta.url), { recursive: true });
writeFileSync(new URL('results/soak.png', import.meta.url), await renderPng(spec));
const machine = { processor: cpus()[0]!.model, cores: cpus().length, node: process.version, load: loadavg()[0] };
const settings = { images: batches * perBatch, batch: perBatch, sampledEverySeconds: Number(flags.every) };
writeFileSync(
  new URL('results/soak.json', import.meta.url),
  `${JSON.stringify({ bench: 'soak', machine, settings, rows, slower, latency, samples }, null, 2)}\n`,
);
const flat = rows.every(
  (row) => row['MB, last third over middle'] < 1.1 && row['handles, last third over middle'] < 1.1,
);
process.exitCode = flat && slower < 1.25 ? 0 : 1;
