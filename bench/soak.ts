/**
 * Many images through one stack: memory, file handles and time a thousand images, which all have to stay flat.
 *
 *   node bench/soak.ts [--images 50000] [--batch 5000]
 *
 * Writes bench/results/soak.json and a plot, bench/results/soak.svg. Fails where the last third of the run has more
 * than a tenth more memory or handles than the middle third.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { TopLevelSpec } from 'vega-lite';
import { renderSvg } from '../training/figures/render.ts';
import {
  type BenchStack,
  childrenOf,
  commitBatch,
  isDone,
  photographs,
  startBenchStack,
  until,
} from './embeddedStack.ts';

const { values: flags } = parseArgs({
  options: { images: { type: 'string', default: '50000' }, batch: { type: 'string', default: '5000' } },
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

const samples: Sample[] = [];
const latency: { readonly images: number; readonly msAnImage: number }[] = [];
const bench = await startBenchStack(1);
try {
  const photos = await photographs(40);
  for (let batch = 0; batch < batches; batch++) {
    const run = await commitBatch(bench.storage, `batch-${batch}`, perBatch, photos);
    const started = performance.now();
    await until(() => isDone(bench.storage, run), 250);
    const images = (batch + 1) * perBatch;
    latency.push({ images, msAnImage: (performance.now() - started) / perBatch });
    samples.push(...sample(bench, images));
    console.error(`${images} images: ${latency.at(-1)!.msAnImage.toFixed(2)} ms each`);
  }
} finally {
  await bench.stop();
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
const rows = [...new Set(samples.map((one) => one.process))].map((name) => {
  const own = samples.filter((one) => one.process === name);
  const third = Math.max(1, Math.floor(own.length / 3));
  const growth = (pick: (one: Sample) => number) =>
    mean(own.slice(-third).map(pick)) / mean(own.slice(third, 2 * third).map(pick)) || 1;
  return {
    process: name,
    'MB at last': Math.round(own.at(-1)!.megabytes),
    'MB, last third over middle': Number(growth((one) => one.megabytes).toFixed(3)),
    'handles at last': own.at(-1)!.handles,
    'handles, last third over middle': Number(growth((one) => one.handles).toFixed(3)),
  };
});
console.table(rows);
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
writeFileSync(new URL('results/soak.svg', import.meta.url), await renderSvg(spec));
const machine = { processor: cpus()[0]!.model, cores: cpus().length, node: process.version };
writeFileSync(
  new URL('results/soak.json', import.meta.url),
  `${JSON.stringify({ machine, rows, latency, samples }, null, 2)}\n`,
);
const flat = rows.every(
  (row) => row['MB, last third over middle'] < 1.1 && row['handles, last third over middle'] < 1.1,
);
process.exitCode = flat ? 0 : 1;
