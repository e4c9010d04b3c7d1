/**
 * This project's predictor beside what people would use instead, from image files to points, in one run: dlib's
 * shape_predictor_68, `@vladmandic/face-api` on wasm, and Python's onnxruntime with Pillow on our own ONNX file.
 *
 *   node bench/peers/run.ts [--data FOLDER] [--count 96] [--rounds 7] [--starts 3] [--threads N] [--only NAME,...]
 *     --data     what readDataset reads, with boxes; default: rendered faces. The same images and boxes for all
 *     --work     for what has to be installed (npm, pip with hashes, g++), outside the project; used again when there
 *
 * All are warm and wait while one works; each round has another order; figures are medians, ratios are medians of the
 * rounds' own ratios, to ours of the same kind: on the given box, or with the face found first. `passes` says how often a network sees a face: compare equal ones. dlib sees one given box and has
 * no network. Needs Debian's g++, libdlib-dev, libdlib-data and python3 with venv. Writes bench/results/peers.json.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { quantizePackage } from '../../cli/quantize.ts';
import { readPackage } from '../../inference/package.ts';
import { readDataset } from '../../training/data/readDataset.ts';
import { quantizedCard } from '../../training/packageCard.ts';
import { writePackage } from '../../training/packageFolder.ts';
import { writeSyntheticSet } from '../../training/synthetic/writeSyntheticSet.ts';
import { pricesSchema } from '../cost/table.ts';
import { buildDlib, DLIB_MODEL, installFaceApi, installPython } from './install.ts';
import { Peer, type PeerSpec } from './peer.ts';
import { encodeList, type Faces } from './protocol.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    count: { type: 'string', default: '96' },
    rounds: { type: 'string', default: '7' },
    starts: { type: 'string', default: '3' },
    threads: { type: 'string', default: String(availableParallelism()) },
    only: { type: 'string' },
    work: { type: 'string', default: join(tmpdir(), 'fiducial-peers') },
    out: { type: 'string', default: join(import.meta.dirname, '../results/peers.json') },
  },
});
const root = resolve(import.meta.dirname, '../..');
const [count, rounds, starts, threads] = [values.count, values.rounds, values.starts, values.threads].map(Number) as [
  number,
  number,
  number,
  number,
];
/** Of the machine in bench/cost/prices.json. */
const VCPUS = 4;

async function imagesOf(folder: string) {
  if (values.data === undefined && !existsSync(join(folder, 'images.jsonl'))) {
    console.error(`rendering ${count} faces`);
    await writeSyntheticSet(folder, count, 1);
  }
  const { samples } = await readDataset(values.data ?? folder);
  const first = new Map(samples.flatMap(({ image, box }) => (box ? [[image, { path: image, box }] as const] : [])));
  return [...first.values()].slice(0, count);
}

async function int8Of(folder: string, data: string): Promise<string> {
  const float = await readPackage(join(root, 'models/face68'));
  const { onnxBytes } = await quantizePackage(float, data, 99.999);
  await writePackage(folder, quantizedCard(float.card, onnxBytes), onnxBytes);
  return folder;
}

type Command = PeerSpec['commands'][number];

/** One process a thread, which share the images. */
function shared(command: Command, ...flags: string[]): Command[] {
  return Array.from({ length: threads }, (_, part) => [
    ...command,
    ...flags,
    '--of',
    String(threads),
    '--part',
    String(part),
  ]) as unknown as Command[];
}

function specs(list: string, int8: string): PeerSpec[] {
  const model = join(root, 'models/face68');
  const here = import.meta.dirname;
  const own = (name: string, folder: string, passes: number, ...flags: string[]): PeerSpec => {
    const args = [
      'env',
      'UV_THREADPOOL_SIZE=2',
      process.execPath,
      join(here, 'ours.ts'),
      list,
      folder,
      ...flags,
    ] as const;
    return { name, passes, detects: flags.includes('--detect'), commands: shared(args, '--threads', '1') };
  };
  const python = installPython(values.work);
  const pillow = (name: string, ...flags: string[]): PeerSpec => {
    const files = [list, join(model, 'model.onnx'), join(model, 'card.json')];
    const command = [python, join(here, 'onnx_pillow.py'), ...files, ...flags] as const;
    const alone = flags.includes('--threads') ? shared(command) : [[...command, '--threads', String(threads)] as const];
    return { name, passes: 1, detects: false, commands: alone };
  };
  const installed = installFaceApi(values.work);
  const faceApi = (name: string, ...flags: string[]): PeerSpec => {
    const args = [process.execPath, join(here, 'faceApi.ts'), list, installed, ...flags] as const;
    return { name, passes: 1, detects: flags.includes('--detect'), commands: shared(args) };
  };
  const dlib = buildDlib(values.work);
  return [
    own('ours, float32', model, 1),
    own('ours, int8', int8, 1),
    own('ours, float32, with the mirror image', model, 2, '--mirror'),
    own('ours, float32, detects', model, 1, '--detect'),
    own('ours, int8, detects', int8, 1, '--detect'),
    pillow('Python, batch 1', '--batch', '1'),
    pillow('Python, batch 8', '--batch', '8'),
    pillow('Python, batch 8, threads decode', '--batch', '8', '--decoders', String(threads)),
    pillow('Python, batch 8, a process a core', '--batch', '8', '--threads', '1'),
    faceApi('face-api'),
    faceApi('face-api, detects', '--detect'),
    { name: 'dlib', passes: 1, detects: false, commands: [[dlib, list, DLIB_MODEL, String(threads)]] },
  ];
}

const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;

/** Of the points that both have, in percent of the side of the box. */
function meanDistance(a: Faces, b: Faces, sides: readonly number[]): number {
  const distances = a.flatMap((points, i) =>
    points && b[i]?.length === points.length
      ? points.map(([x, y], p) => (100 * Math.hypot(x - b[i]![p]![0], y - b[i]![p]![1])) / sides[i]!)
      : [],
  );
  return distances.reduce((sum, one) => sum + one, 0) / distances.length;
}

mkdirSync(values.work, { recursive: true });
const scratch = mkdtempSync(join(tmpdir(), 'fiducial-peers-run-'));
try {
  const faces = join(values.work, `faces-${count}`);
  const items = await imagesOf(faces);
  const list = join(scratch, 'list.tsv');
  writeFileSync(list, encodeList(items));
  const wanted = values.only?.split(',');
  const chosen = specs(list, await int8Of(join(scratch, 'int8'), values.data ?? faces)).filter(
    ({ name }) => !wanted || wanted.some((part) => name.includes(part)),
  );

  const startSeconds: number[][] = chosen.map(() => []);
  for (let start = 1; start < starts; start++) {
    for (const [i, spec] of chosen.entries()) {
      const peer = await Peer.start(spec);
      startSeconds[i]!.push(peer.startSeconds);
      await peer.end();
    }
  }
  const peers: Peer[] = [];
  for (const [i, spec] of chosen.entries()) {
    const peer = await Peer.start(spec);
    startSeconds[i]!.push(peer.startSeconds);
    peers.push(peer);
  }
  const seconds: number[][] = chosen.map(() => []);
  const order = [...peers.keys()];
  for (let round = -1; round < rounds; round++) {
    for (const i of order) {
      const one = await peers[i]!.round();
      if (round >= 0) seconds[i]!.push(one);
    }
    order.push(order.shift()!);
    if (round % 2 === 1) order.reverse();
    console.error(`round ${round + 1} of ${rounds}`);
  }
  const points = await Promise.all(peers.map((peer) => peer.points()));
  const peakBytes = peers.map((peer) => peer.peakBytes);
  await Promise.all(peers.map((peer) => peer.end()));

  const prices = pricesSchema.parse(JSON.parse(readFileSync(join(import.meta.dirname, '../cost/prices.json'), 'utf8')));
  const { cpu } = prices.machineHour;
  const coreHour = (cpu.spot + cpu.managedFee) / VCPUS;
  const sides = items.map(({ box }) => Math.max(box.width, box.height));
  /** Of ours, one pass, in the same round, and finding the face itself where this one does. Null: not in this run. */
  const timesAsFast = (i: number) => {
    const ratioOf = (precision: string) => {
      const own = chosen.findIndex(
        ({ name, passes, detects }) =>
          name.startsWith(`ours, ${precision}`) && passes === 1 && detects === chosen[i]!.detects,
      );
      return own === -1 ? null : median(seconds[i]!.map((one, round) => one / seconds[own]![round]!));
    };
    return { floatTimesAsFast: ratioOf('float32'), int8TimesAsFast: ratioOf('int8') };
  };
  const fixed = (value: number | null) => (value === null ? '' : Number(value.toFixed(2)));
  const rows = chosen.map(({ name, passes, detects }, i) => {
    const rate = items.length / median(seconds[i]!);
    const missed = points[i]!.filter((one) => one === null).length;
    return {
      name,
      passes,
      detects,
      imagesPerSecond: rate,
      ...timesAsFast(i),
      peakMegabytes: peakBytes[i]! / 1e6,
      startSeconds: median(startSeconds[i]!),
      dollarsAMillion: ((1e6 / rate) * threads * coreHour) / 3600,
      missed,
      fromOursPercent: i === 0 ? null : meanDistance(points[0]!, points[i]!, sides),
      versions: peers[i]!.versions,
      seconds: seconds[i]!,
    };
  });
  console.table(
    rows.map((row) => ({
      '': row.name,
      passes: row.passes,
      'images/s': Number(row.imagesPerSecond.toFixed(1)),
      'ours x': fixed(row.floatTimesAsFast),
      'int8 x': fixed(row.int8TimesAsFast),
      'peak MB': Math.round(row.peakMegabytes),
      'start s': Number(row.startSeconds.toFixed(2)),
      '$ a million': Number(row.dollarsAMillion.toFixed(3)),
      missed: row.missed,
      'off ours, % of box': fixed(row.fromOursPercent),
    })),
  );
  const machine = {
    processor: cpus()[0]?.model.trim(),
    cores: availableParallelism(),
    load: loadavg(),
    node: process.version,
  };
  const settings = { data: values.data ?? 'rendered', images: items.length, rounds, starts, threads };
  const cost = { machine: cpu.type, vcpus: VCPUS, coreHour, pricesOf: prices.date };
  mkdirSync(resolve(values.out, '..'), { recursive: true });
  writeFileSync(values.out, `${JSON.stringify({ bench: 'peers', machine, settings, cost, rows }, null, 2)}\n`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
