/**
 * One of the processes that share the work of bench/score.ts, as scorers' processes do: a core each, one thread.
 * Started with the job as JSON; told a program's name, it runs it over its share of the images and answers with the
 * processor time that took, milliseconds of all its threads.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Crop, openImage } from '../../imaging/crop.ts';
import { inOrder } from '../../inference/ordered.ts';
import { readPackage } from '../../inference/package.ts';
import { createPredictor } from '../../inference/predictor.ts';
import { Runtime } from '../../inference/runtime.ts';
import { BOX } from './images.ts';
import { jobSchema, type Program } from './programs.ts';

const job = jobSchema.parse(JSON.parse(process.argv[2]!));
const files = readdirSync(job.images).map((name) => readFileSync(join(job.images, name)));
const own = Array.from({ length: job.count }, (_, i) => i)
  .filter((i) => i % job.of === job.part)
  .map((i) => files[i % files.length]!);
const model = await readPackage(job.package);
const { input, sha256 } = model.card;
const rule = model.card.crop === 'whole' ? ('whole' as const) : ('box' as const);
const runtime = new Runtime({ threads: 1 });
const session = await runtime.open(model.bytes, sha256);
const options = { runtime, batchSize: job.batch, flipTest: false, secondPass: null };
const predictor = await createPredictor(model, options);
const window = 2 * job.batch + 8;

async function* stream(): AsyncGenerator<Buffer> {
  yield* own;
}

async function* items() {
  for (const [id, bytes] of own.entries()) yield { id, bytes, box: BOX, cropRule: rule };
}

const cropOf = async (bytes: Uint8Array): Promise<Crop> =>
  await (await openImage(bytes)).crop(rule === 'whole' ? null : BOX, input);
const crops: Crop[] = [];
for await (const crop of inOrder(stream(), cropOf, { window })) crops.push(crop);

const programs: Record<Program, () => Promise<void>> = {
  decode: async () => {
    for await (const _ of inOrder(stream(), cropOf, { window }));
  },
  inference: async () => {
    const pixels = input.width * input.height * 3;
    for (let at = 0; at < crops.length; at += job.batch) {
      const rows = crops.slice(at, at + job.batch);
      const data = new Uint8Array(rows.length * pixels);
      for (const [i, row] of rows.entries()) data.set(row.pixels, i * pixels);
      await session.run({ data, shape: [rows.length, input.height, input.width, 3] });
    }
  },
  both: async () => {
    for await (const { error } of predictor.predict(items())) if (error) throw new Error(error.message);
  },
};

process.on('message', async (program: Program) => {
  const before = process.cpuUsage();
  await programs[program]();
  const { user, system } = process.cpuUsage(before);
  process.send!((user + system) / 1000);
});
process.send!('ready');
