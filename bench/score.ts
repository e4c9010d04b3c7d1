/**
 * Images a second from encoded bytes to keypoints, beside decode-only and inference-only in the same run.
 *
 *   node bench/score.ts [MODEL...]     names or folders of packages in models/, or architectures with untrained weights
 *                                      (nose, face58, face68, resnet18: speed does not depend on weights); default nose
 *        --images DIR                  JPEGs and PNGs; default: the demo portrait in so many sizes and qualities
 *        --count 256  --rounds 5  --threads N  --batch 8  --window N  --shipped  --out FILE.json
 *
 * Each round runs the three in another order; medians are compared. `bound` is what both sharing the cores allow:
 * 1 / (1 / decode + 1 / inference) where each alone uses all cores; where decoding leaves cores idle it can be beaten.
 * The comparison is of one pass with given boxes (or whole images). `--shipped` also measures the package as it is used by
 * default: faces detected, mirror image averaged, as its card says.
 * Processor time an image is printed too: on a machine with other work it says more than the clock.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { CropRule } from '../domain/records.ts';
import { type Crop, openImage } from '../imaging/crop.ts';
import { sharp } from '../imaging/sharp.ts';
import { readDetectorPackage } from '../inference/detectorPackage.ts';
import { inOrder } from '../inference/ordered.ts';
import type { ModelPackage } from '../inference/package.ts';
import { createPredictor, type Predictor, type PredictorOptions } from '../inference/predictor.ts';
import { Runtime } from '../inference/runtime.ts';
import { benchPackage } from './scoredModels.ts';

const root = resolve(import.meta.dirname, '..');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    images: { type: 'string' },
    count: { type: 'string', default: '256' },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: String(availableParallelism()) },
    batch: { type: 'string', default: '8' },
    window: { type: 'string' },
    shipped: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});
const count = Number(values.count);
const batchSize = Number(values.batch);
const threads = Number(values.threads);
const window = values.window === undefined ? 2 * batchSize + 8 : Number(values.window);

async function images(): Promise<Buffer[]> {
  if (values.images !== undefined) {
    const names = (await readdir(values.images)).filter((name) => /\.(jpe?g|png)$/i.test(name)).sort();
    const files = await Promise.all(names.slice(0, count).map((name) => readFile(join(values.images!, name))));
    return Array.from({ length: count }, (_, i) => files[i % files.length]!);
  }
  const portrait = await readFile(join(root, 'demo/eileen-collins.jpg'));
  const variants = await Promise.all(
    Array.from({ length: 32 }, (_, i) =>
      sharp(portrait)
        .resize(640 + (i % 4) * 40, 480 + (i % 3) * 30)
        .jpeg({ quality: 80 + (i % 5) * 4 })
        .toBuffer(),
    ),
  );
  return Array.from({ length: count }, (_, i) => variants[i % variants.length]!);
}

async function* stream<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

interface Cost {
  readonly seconds: number;
  /** Of all threads, milliseconds. */
  readonly cpuMs: number;
}

async function costOf(work: () => Promise<void>): Promise<Cost> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (performance.now() - start) / 1000, cpuMs: (user + system) / 1000 };
}

interface Row {
  readonly model: string;
  readonly decode: number;
  readonly inference: number;
  readonly endToEnd: number;
  readonly ofSlower: number;
  readonly ofBound: number;
  /** Images a second as its card says: with detection and the mirror image. Null: not asked for. */
  readonly shipped: number | null;
  /** Milliseconds of processor time an image. */
  readonly cpuMs: { readonly decode: number; readonly inference: number; readonly endToEnd: number };
}

/** Where the face is in the pictures made of the portrait; somewhere in others. */
const BOX = { left: 200, top: 80, width: 160, height: 120 };

const median = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;

async function measure(name: string, model: ModelPackage, files: readonly Buffer[]): Promise<Row> {
  const runtime = new Runtime({ threads });
  const rule: CropRule = model.card.crop === 'whole' ? 'whole' : 'box';
  const options = { runtime, batchSize, window };
  const predictor = await createPredictor(model, { ...options, flipTest: false, secondPass: null });
  const { input } = model.card;
  const session = await runtime.open(model.bytes, model.card.sha256);
  const cropOf = async (bytes: Uint8Array): Promise<Crop> => {
    return await (await openImage(bytes)).crop(rule === 'whole' ? null : BOX, input);
  };
  const crops: Crop[] = [];
  for await (const crop of inOrder(stream(files), cropOf, { window })) crops.push(crop);

  const decode = async () => {
    for await (const _ of inOrder(stream(files), cropOf, { window }));
  };
  const inference = async () => {
    const pixels = input.width * input.height * 3;
    for (let at = 0; at < crops.length; at += batchSize) {
      const rows = crops.slice(at, at + batchSize);
      const data = new Uint8Array(rows.length * pixels);
      for (const [i, row] of rows.entries()) data.set(row.pixels, i * pixels);
      await session.run({ data, shape: [rows.length, input.height, input.width, 3] });
    }
  };
  const scored = async (by: Predictor, cropRule: CropRule) => {
    const items = files.map((bytes, id) => ({ id, bytes, box: BOX, cropRule }));
    for await (const { error } of by.predict(stream(items))) if (error) throw new Error(error.message);
  };
  const endToEnd = () => scored(predictor, rule);

  const programs = { decode, inference, endToEnd };
  const costs: Record<keyof typeof programs, Cost[]> = { decode: [], inference: [], endToEnd: [] };
  const order = Object.keys(programs) as (keyof typeof programs)[];
  for (let round = -1; round < Number(values.rounds); round++) {
    for (const program of order) {
      const cost = await costOf(programs[program]);
      if (round >= 0) costs[program].push(cost);
    }
    order.push(order.shift()!);
    if (round % 2 === 1) order.reverse();
  }
  const shipped = values.shipped ? await rateAsShipped(model, options, scored) : null;
  await runtime.close();
  const rate = (program: keyof typeof programs) => files.length / median(costs[program].map((cost) => cost.seconds));
  const cpu = (program: keyof typeof programs) => median(costs[program].map(({ cpuMs }) => cpuMs)) / files.length;
  const [d, i, e] = [rate('decode'), rate('inference'), rate('endToEnd')];
  const cpuMs = { decode: cpu('decode'), inference: cpu('inference'), endToEnd: cpu('endToEnd') };
  const [ofSlower, ofBound] = [e / Math.min(d, i), e * (1 / d + 1 / i)];
  return { model: name, decode: d, inference: i, endToEnd: e, ofSlower, ofBound, cpuMs, shipped };
}

async function rateAsShipped(
  model: ModelPackage,
  options: PredictorOptions,
  scored: (by: Predictor, rule: CropRule) => Promise<void>,
): Promise<number> {
  const detector = await readDetectorPackage(join(root, 'models/detector'));
  const predictor = await createPredictor(model, { ...options, detector });
  const rounds: number[] = [];
  for (let round = -1; round < Number(values.rounds); round++) {
    rounds.push((await costOf(() => scored(predictor, model.card.crop))).seconds);
  }
  return files.length / median(rounds.slice(1));
}

const files = await images();
const rows: Row[] = [];
for (const name of positionals.length > 0 ? positionals : ['nose']) {
  rows.push(await measure(name, await benchPackage(root, name), files));
}
const columns = [
  'decode',
  'inference',
  'end to end',
  '/ slower',
  '/ bound',
  'CPU ms:',
  'decode',
  'inference',
  'end to end',
];
const fixed = (value: number, digits = 0) => value.toFixed(digits).padStart(11);
console.log(`${'images/s'.padEnd(10)}${columns.map((column) => column.padStart(11)).join('')}`);
for (const { model, decode, inference, endToEnd, ofSlower, ofBound, cpuMs, shipped } of rows) {
  const rates = [decode, inference, endToEnd].map((value) => fixed(value)).join('');
  const cpu = [cpuMs.decode, cpuMs.inference, cpuMs.endToEnd].map((value) => fixed(value, 2)).join('');
  console.log(`${model.padEnd(10)}${rates}${fixed(ofSlower, 2)}${fixed(ofBound, 2)}${''.padEnd(11)}${cpu}`);
  if (shipped !== null) console.log(`${''.padEnd(10)}as shipped (${model}): ${shipped.toFixed(0)} images/s`);
}
if (values.out !== undefined) {
  const machine = { cpu: cpus()[0]?.model, cores: availableParallelism(), load: loadavg(), node: process.version };
  const settings = {
    count,
    threads,
    batchSize,
    window,
    rounds: Number(values.rounds),
    images: values.images ?? 'demo',
  };
  await writeFile(values.out, `${JSON.stringify({ bench: 'score', machine, settings, rows }, null, 2)}\n`);
}
