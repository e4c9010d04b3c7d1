/**
 * The int8 model beside the float one it was made from: size, error on held-out faces, time a crop.
 *
 *   node bench/int8.ts models/face68 --calibrate ../shared/data/ibug_300W_large_face_landmark_dataset
 *     --data ../shared/data/ibug_300W_large_face_landmark_dataset,../shared/data/ytf68
 *     [--percentiles 99.999,100] [--part test] [--write DIR]
 *
 * Rounds alternate between the graphs, so that other load hits all of them; times are medians of 8 crops each, the
 * shortest beside them, since on a shared machine it is the one that other load disturbed least.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { quantizePackage } from '../cli/quantize.ts';
import { type ModelPackage, readPackage } from '../inference/package.ts';
import { createPredictor } from '../inference/predictor.ts';
import { type OnnxSession, openSession } from '../inference/runtime.ts';
import { checkSetting, partOf, settingsOf } from '../training/check/checkModel.ts';
import { readDataset } from '../training/data/readDataset.ts';
import { PARTS } from '../training/data/split.ts';
import { quantizedCard } from '../training/packageCard.ts';
import { writePackage } from '../training/packageFolder.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    calibrate: { type: 'string', default: '' },
    data: { type: 'string', default: '' },
    percentiles: { type: 'string', default: '99.999,100' },
    part: { type: 'string', default: 'test' },
    write: { type: 'string' },
    threads: { type: 'string', default: '1' },
  },
});
const BATCH = 8;
const ROUNDS = 30;
const part = PARTS.find((one) => one === values.part) ?? 'test';

async function errorsOf(model: ModelPackage) {
  const predictor = await createPredictor(model);
  const errors: Record<string, number> = {};
  try {
    for (const path of values.data.split(',')) {
      const dataset = await readDataset(path);
      const [given] = settingsOf(model.card, { detect: false, shifts: [] });
      const rows = await checkSetting(predictor, model.card, dataset.name, await partOf(dataset, part), given!);
      const { set, nme, maePx } = rows.at(-1)!;
      errors[`${set} NME %`] = Number(((nme ?? Number.NaN) * 100).toFixed(4));
      errors[`${set} MAE px`] = Number((maePx ?? Number.NaN).toFixed(4));
    }
  } finally {
    await predictor.close();
  }
  return errors;
}

async function timesOf(models: readonly ModelPackage[]) {
  const threads = Number(values.threads);
  const sessions: OnnxSession[] = [];
  for (const { bytes } of models) sessions.push(await openSession(bytes, { threads }));
  const { width, height } = models[0]!.card.input;
  const data = new Uint8Array(BATCH * width * height * 3).map((_, i) => (i * 7919) % 256);
  const times: number[][] = models.map(() => []);
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [which, session] of sessions.entries()) {
      const start = performance.now();
      await session.run({ data, shape: [BATCH, height, width, 3] });
      if (round > 0) times[which]!.push((performance.now() - start) / BATCH);
    }
  }
  for (const session of sessions) await session.close();
  return times.map((own) => ({ medianMs: own.toSorted((a, b) => a - b)[ROUNDS >> 1]!, shortestMs: Math.min(...own) }));
}

const float = await readPackage(positionals[0] ?? 'models/face68');
const models = [{ name: 'float32', model: float }];
for (const percentile of values.percentiles.split(',').map(Number)) {
  const { onnxBytes } = await quantizePackage(float, values.calibrate, percentile);
  const model = { card: quantizedCard(float.card, onnxBytes), bytes: onnxBytes };
  models.push({ name: `int8, percentile ${percentile}`, model });
  if (values.write) await writePackage(join(values.write, String(percentile)), model.card, onnxBytes);
}
const times = await timesOf(models.map(({ model }) => model));
const rows = [];
for (const [i, { name, model }] of models.entries()) {
  console.error(`measuring ${name}`);
  const { medianMs, shortestMs } = times[i]!;
  const timesAsFast = { median: times[0]!.medianMs / medianMs, shortest: times[0]!.shortestMs / shortestMs };
  rows.push({
    name,
    MB: model.bytes.length / 1e6,
    medianMs,
    shortestMs,
    timesAsFast: timesAsFast.median,
    byShortest: timesAsFast.shortest,
    ...(await errorsOf(model)),
  });
}
console.table(rows);
const vnni = /avx512_vnni|avx_vnni/.test(await readFile('/proc/cpuinfo', 'utf8').catch(() => ''));
const machine = { processor: cpus()[0]?.model.trim(), cores: cpus().length, vnni, threads: Number(values.threads) };
await mkdir('bench/results', { recursive: true });
const { name, version } = float.card;
await writeFile(
  'bench/results/int8.json',
  `${JSON.stringify({ model: `${name}@${version}`, machine, part, rows }, null, 2)}\n`,
);
