/**
 * Float against int8: time an image, size, distance. Networks have random weights, which changes no time.
 *
 *   node bench/quantization.ts [FOLDER]
 *
 * With FOLDER it leaves NAME.onnx, NAME.int8.onnx and NAME.crops.bin there, which peers/quantize_reference.py compares
 * with Python's onnxruntime.quantization. Rounds alternate between the two graphs, so that other load hits both.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { randomImages, randomParams } from '../test/training/onnx/networks.ts';
import { openWith } from '../test/training/onnx/runtime.ts';
import { FACE58, FACE68, graphOf, RESNET18 } from '../training/nn/architectures/index.ts';
import type { Graph } from '../training/nn/graph.ts';
import { exportOnnx } from '../training/onnx/export.ts';
import { quantizeOnnx } from '../training/onnx/quantize.ts';

const BATCH = 8;
const ROUNDS = 15;
const open = openWith();

async function measure(graph: Graph, folder: string | undefined) {
  const float = exportOnnx(graph, randomParams(graph));
  const calibration = Array.from({ length: 8 }, (_, i) => randomImages(4, graph.input, i));
  const { onnxBytes: int8 } = await quantizeOnnx(float, { open, calibration, percentile: 100 });
  if (folder) {
    const path = (suffix: string) => join(folder, `${graph.architecture}${suffix}`);
    await mkdir(folder, { recursive: true });
    await writeFile(path('.onnx'), float);
    await writeFile(path('.int8.onnx'), int8);
    await writeFile(path('.crops.bin'), Buffer.concat(calibration.map(({ data }) => data)));
  }
  const sessions = [await open(float), await open(int8)] as const;
  const images = randomImages(BATCH, graph.input, 99);
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [which, session] of sessions.entries()) {
      const start = performance.now();
      await session.run(images);
      if (round > 0) times[which as 0 | 1].push((performance.now() - start) / BATCH);
    }
  }
  const [exact, rounded] = await Promise.all(sessions.map(async (s) => (await s.run(images)).get('keypoints')!.data));
  for (const session of sessions) await session.close();
  const [floatMs, int8Ms] = [median(times[0]), median(times[1])];
  const distance = exact!.reduce((sum, value, i) => sum + Math.abs(value - rounded![i]!), 0) / exact!.length;
  const sizes = { floatBytes: float.length, int8Bytes: int8.length };
  return {
    network: graph.architecture,
    floatMs,
    int8Ms,
    timesAsFast: floatMs / int8Ms,
    ...sizes,
    meanDistance: distance,
  };
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

async function vnni(): Promise<boolean> {
  return /avx512_vnni|avx_vnni/.test(await readFile('/proc/cpuinfo', 'utf8').catch(() => ''));
}

const rows = [];
for (const spec of [FACE58, FACE68, RESNET18]) rows.push(await measure(graphOf(spec), process.argv[2]));
console.table(rows);
const machine = { processor: cpus()[0]?.model.trim(), cores: cpus().length, vnni: await vnni() };
await mkdir('bench/results', { recursive: true });
await writeFile('bench/results/quantization.json', `${JSON.stringify({ machine, batch: BATCH, rows }, null, 2)}\n`);
