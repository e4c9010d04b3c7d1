/**
 * A training step (forward, backward, update) of each network on the native backend beside TensorFlow's own Python on
 * the same cores; on wasm; and how long the training thread waits for its batches.
 *
 *   node bench/trainStep.ts [--networks face58,resnet18,face68] [--rounds 6] [--steps 5] [--python PATH]
 *                           [--no-peer] [--no-wasm] [--no-waiting]
 *
 * Both sides take the very same steps: the network as our graph has it, node by node, the same first parameters, the
 * same batch; their first losses must agree. They take turns within one run, a few steps each a round, so that whatever
 * else the machine does meets both; the ratio is that of their medians. The load before is recorded: figures taken
 * beside other work say so themselves.
 *
 * Without --python a virtual environment is made in the temporary folder, with the wheel that our addon is built from.
 * PyTorch is not the peer: its wheel for this platform is more than 500 MB, and brings CUDA with it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { listBackends } from '../training/backends/index.ts';
import { type NetworkName, writeCase } from './trainStep/networks.ts';
import { type Answer, median, Stepper } from './trainStep/process.ts';
import { measureWaiting } from './trainStep/waiting.ts';

const PEER = 'tensorflow-cpu==2.15.1';

const { values: flags } = parseArgs({
  allowNegative: true,
  options: {
    networks: { type: 'string', default: 'face58,resnet18,face68' },
    rounds: { type: 'string', default: '6' },
    steps: { type: 'string', default: '5' },
    python: { type: 'string' },
    peer: { type: 'boolean', default: true },
    wasm: { type: 'boolean', default: true },
    waiting: { type: 'boolean', default: true },
    one: { type: 'string' },
  },
});
const [rounds, steps] = [Number(flags.rounds), Number(flags.steps)];
const networks = flags.networks.split(',') as NetworkName[];
const native = listBackends().find(({ name, available }) => name === 'tfjs-node' && available)?.name ?? null;

// A recipe's fit in a process of its own: a backend stays what it is for the process.
if (flags.one) {
  process.stdout.write(JSON.stringify(await measureWaiting(flags.one, native ?? 'wasm', rounds * steps)));
} else {
  await compareAll();
}

async function compareAll(): Promise<void> {
  if (!native) throw new Error('Expected the native backend, found none: run `npm run build:tfjs-node`');
  const load = loadavg()[0]!;
  const folder = mkdtempSync(join(tmpdir(), 'fiducial-step-'));
  try {
    const python = flags.peer ? (flags.python ?? install()) : null;
    const compared: unknown[] = [];
    for (const network of networks) compared.push(await compare(folder, network, python));
    console.table(compared);
    const waiting = flags.waiting ? networks.map(waitingOf) : [];
    if (flags.waiting) console.table(waiting);
    const machine = { processor: cpus()[0]!.model, cores: cpus().length, node: process.version, loadBefore: load };
    const results = join(import.meta.dirname, 'results');
    mkdirSync(results, { recursive: true });
    const written = { machine, peer: python && PEER, rounds, steps, compared, waiting };
    writeFileSync(join(results, 'trainStep.json'), `${JSON.stringify(written, null, 2)}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compare(folder: string, network: NetworkName, python: string | null) {
  writeCase(folder, network);
  const ours = (backend: string) =>
    new Stepper(process.execPath, [join(import.meta.dirname, 'trainStep', 'ours.ts'), folder, backend]);
  const sides = new Map([['tfjs-node', ours('tfjs-node')]]);
  if (python)
    sides.set('tensorflow', new Stepper(python, [join(import.meta.dirname, 'peers', 'tensorflow_step.py'), folder]));
  if (flags.wasm) sides.set('wasm', ours('wasm'));
  try {
    const firsts = new Map<string, Answer>();
    for (const [name, side] of sides) firsts.set(name, await side.take(1));
    requireSameLoss(network, firsts);
    for (const side of sides.values()) await side.take(2);
    const times = new Map([...sides.keys()].map((name) => [name, [] as number[]]));
    const peaks = new Map<string, number>();
    for (let round = 0; round < rounds; round++) {
      for (const [name, side] of round % 2 === 0 ? sides : [...sides].reverse()) {
        // wasm is stated, not compared: a step a round is enough of it.
        const { times: taken, peakMB } = await side.take(name === 'wasm' ? 1 : steps);
        times.get(name)!.push(...taken);
        peaks.set(name, peakMB);
      }
    }
    return rowOf(network, times, peaks);
  } finally {
    for (const side of sides.values()) side.close();
  }
}

/** What takes other steps is not compared. */
function requireSameLoss(network: string, firsts: ReadonlyMap<string, Answer>): void {
  const [reference, ...others] = [...firsts].map(([name, { loss }]) => ({ name, loss }));
  for (const { name, loss } of others) {
    const off = Math.abs(loss / reference!.loss - 1);
    if (off < 1e-3) continue;
    throw new Error(`Expected the first loss of ${network} on ${name} to be ${reference!.loss}, got ${loss}`);
  }
}

function rowOf(network: string, times: ReadonlyMap<string, number[]>, peaks: ReadonlyMap<string, number>) {
  const ms = (name: string) => (times.has(name) ? Math.round(median(times.get(name)!) * 10) / 10 : null);
  const fastest = (name: string) => (times.has(name) ? Math.round(Math.min(...times.get(name)!) * 10) / 10 : null);
  const [own, peer] = [ms('tfjs-node')!, ms('tensorflow')];
  const [ownFastest, peerFastest] = [fastest('tfjs-node')!, fastest('tensorflow')];
  return {
    ...{ network, tfjsNodeMs: own, tensorflowMs: peer, ratio: peer && Math.round((own / peer) * 1000) / 1000 },
    fastestRatio: peerFastest && Math.round((ownFastest / peerFastest) * 1000) / 1000,
    ...{ wasmMs: ms('wasm'), peakMB: peaks.get('tfjs-node'), tensorflowPeakMB: peaks.get('tensorflow') ?? null },
  };
}

function waitingOf(network: NetworkName): unknown {
  const args = [import.meta.filename, '--one', network, '--rounds', flags.rounds, '--steps', flags.steps];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`Waiting of ${network} failed: ${stderr}`);
  return JSON.parse(stdout);
}

/** The path of its Python. */
function install(): string {
  const folder = join(tmpdir(), 'fiducial-tensorflow-peer');
  const python = join(folder, 'bin', 'python');
  if (existsSync(python) && spawnSync(python, ['-c', 'import tensorflow']).status === 0) return python;
  console.error(`installing ${PEER} into ${folder}`);
  run('python3', ['-m', 'venv', folder]);
  run(python, ['-m', 'pip', 'install', '--quiet', PEER]);
  return python;
}

function run(command: string, args: readonly string[]): void {
  const { status } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`Expected ${command} ${args.join(' ')} to succeed; see above, or give --python`);
}
