/**
 * Images a second, objects in a bucket to predictions in a bucket, beside decode-only and inference-only in the same run.
 *
 *   node bench/score.ts [MODEL...]     names or folders of packages in models/, or architectures with untrained weights
 *                                      (nose, face58, face68, resnet18: speed does not depend on weights); default nose
 *        --images DIR                  JPEGs and PNGs; default: the demo portrait in so many sizes and qualities
 *        --count 512  --rounds 5  --batch 8  --shipped  --out FILE.json
 *
 *   decode, inference    all cores on one of them: a process a core, which share the images
 *   both                 decoded and inferred in those processes, nothing stored
 *   bucket               the planner's and the scorer's loops over the embedded store, from the commit to the last record
 *   / slower             of `both`, of the slower of decode and inference
 *   / bound              of `bucket`, of what sharing the cores allows: 1 / (1 / decode + 1 / inference)
 *
 * Each round runs the four in another order; medians are compared. One pass, with given boxes (or whole images).
 * `--shipped` also measures the package as it is used by default: faces detected, as its card says. Processor time an
 * image is printed too: on a machine with other work it says more than the clock.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { CropRule } from '../domain/records.ts';
import { writePackage } from '../training/packageFolder.ts';
import { openBucket } from './score/bucket.ts';
import { writeImages } from './score/images.ts';
import { type Job, PROGRAMS, type Program } from './score/programs.ts';
import { benchPackage } from './scoredModels.ts';

const root = resolve(import.meta.dirname, '..');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    images: { type: 'string' },
    count: { type: 'string', default: '512' },
    rounds: { type: 'string', default: '5' },
    batch: { type: 'string', default: '8' },
    shipped: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});
const [count, rounds, batch] = [values.count, values.rounds, values.batch].map(Number) as [number, number, number];
const of = availableParallelism();
/** Of a batch in the bucket: so much work that its start and its end weigh little. */
const BATCH_SECONDS = 6;
const MOST_IMAGES = 8192;

interface Cost {
  readonly seconds: number;
  /** Of all processes. */
  readonly cpuMs: number;
}

async function costOf(work: () => Promise<number>, images: number): Promise<Cost> {
  const start = performance.now();
  const cpuMs = await work();
  return { seconds: (performance.now() - start) / 1000 / images, cpuMs: cpuMs / images };
}

/** The processes that share the work. */
class Parts {
  readonly #processes: readonly ChildProcess[];

  private constructor(processes: readonly ChildProcess[]) {
    this.#processes = processes;
  }

  static async start(job: Omit<Job, 'part' | 'of'>): Promise<Parts> {
    const env = { ...process.env, UV_THREADPOOL_SIZE: '2', MALLOC_ARENA_MAX: '2' };
    const processes = Array.from({ length: of }, (_, part) =>
      fork(join(import.meta.dirname, 'score/part.ts'), [JSON.stringify({ ...job, part, of })], { env }),
    );
    await Promise.all(processes.map((one) => once(one, 'message')));
    return new Parts(processes);
  }

  /** Gives the processor time, milliseconds. */
  async run(program: Program): Promise<number> {
    const answers = this.#processes.map(async (one): Promise<number> => {
      const answer = once(one, 'message');
      one.send(program);
      return (await answer)[0];
    });
    return (await Promise.all(answers)).reduce((sum, one) => sum + one);
  }

  end(): void {
    for (const one of this.#processes) one.kill();
  }
}

interface Row {
  readonly model: string;
  readonly decode: number;
  readonly inference: number;
  readonly both: number;
  readonly bucket: number;
  readonly ofSlower: number;
  readonly ofBound: number;
  /** Images a second as its card says, with detection. Null: not asked for. */
  readonly shipped: number | null;
  /** Milliseconds of processor time an image. */
  readonly cpuMs: Readonly<Record<Program | 'bucket', number>>;
}

const median = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;
const scratch = await mkdtemp(join(tmpdir(), 'fiducial-score-'));
const images = join(scratch, 'images');
const files = await writeImages(images, join(root, 'demo/eileen-collins.jpg'), values.images);

async function measure(name: string): Promise<Row> {
  const { card, bytes } = await benchPackage(root, name);
  const models = join(scratch, 'models');
  const folder = join(models, card.name);
  await writePackage(folder, card, bytes);
  const parts = await Parts.start({ package: folder, images, count, batch });
  const rule = card.crop === 'whole' ? 'whole' : 'box';
  const guess = await costOf(() => parts.run('both'), count);
  const size = Math.min(MOST_IMAGES, Math.max(count, Math.round(BATCH_SECONDS / guess.seconds)));
  const bucket = await openBucket(join(scratch, `${name}-bucket`), models, card.name, rule, files, size);

  const order = [...PROGRAMS, 'bucket'] as (Program | 'bucket')[];
  const costs: Record<Program | 'bucket', Cost[]> = { decode: [], inference: [], both: [], bucket: [] };
  for (let round = -1; round < rounds; round++) {
    for (const program of order) {
      const cost = program === 'bucket' ? costOf(bucket.run, size) : costOf(() => parts.run(program), count);
      if (round >= 0) costs[program].push(await cost);
      else await cost;
    }
    order.push(order.shift()!);
    if (round % 2 === 1) order.reverse();
  }
  parts.end();
  await bucket.close();
  const rate = (program: Program | 'bucket') => 1 / median(costs[program].map(({ seconds }) => seconds));
  const cpu = (program: Program | 'bucket') => median(costs[program].map(({ cpuMs }) => cpuMs));
  const [decode, inference, both, stored] = [rate('decode'), rate('inference'), rate('both'), rate('bucket')];
  return {
    ...{ model: name, decode, inference, both, bucket: stored },
    ofSlower: both / Math.min(decode, inference),
    ofBound: stored * (1 / decode + 1 / inference),
    shipped: values.shipped ? await rateAsShipped(card.name, models, card.crop, size) : null,
    cpuMs: { decode: cpu('decode'), inference: cpu('inference'), both: cpu('both'), bucket: cpu('bucket') },
  };
}

async function rateAsShipped(model: string, models: string, crop: CropRule, size: number): Promise<number> {
  const bucket = await openBucket(join(scratch, `${model}-shipped`), models, model, crop, files, size);
  const seconds: number[] = [];
  for (let round = -1; round < rounds; round++) seconds.push((await costOf(bucket.run, size)).seconds);
  await bucket.close();
  return 1 / median(seconds.slice(1));
}

const rows: Row[] = [];
try {
  for (const name of positionals.length > 0 ? positionals : ['nose']) rows.push(await measure(name));
} finally {
  await rm(scratch, { recursive: true, force: true });
}
const digits = (value: number, after: number) => Number(value.toFixed(after));
console.table(
  Object.fromEntries(
    rows.map(({ model, decode, inference, both, bucket, ofSlower, ofBound, shipped, cpuMs }) => [
      model,
      {
        decode: digits(decode, 0),
        inference: digits(inference, 0),
        both: digits(both, 0),
        bucket: digits(bucket, 0),
        '/ slower': digits(ofSlower, 2),
        '/ bound': digits(ofBound, 2),
        ...(shipped === null ? {} : { 'as shipped': digits(shipped, 0) }),
        ...Object.fromEntries(Object.entries(cpuMs).map(([program, ms]) => [`ms ${program}`, digits(ms, 2)])),
      },
    ]),
  ),
);
if (values.out !== undefined) {
  const machine = { cpu: cpus()[0]?.model.trim(), cores: of, load: loadavg(), node: process.version };
  const settings = { count, rounds, batch, images: values.images ?? 'demo' };
  await writeFile(values.out, `${JSON.stringify({ bench: 'score', machine, settings, rows }, null, 2)}\n`);
}
