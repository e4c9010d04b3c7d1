/**
 * One training step of each recipe's network, forward, backward and update, on each backend that is here.
 *
 *   node bench/trainStep.ts [--networks nose,face68] [--backends tfjs-node,wasm] [--steps 9]
 *
 * Medians; images and targets are random, which changes no time. Each pair runs in a process of its own, one after the
 * other. The machine's load before each is recorded: figures taken beside other work say so themselves.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createRng } from '../training/augment/rng.ts';
import { type BackendName, listBackends, openBackend } from '../training/backends/index.ts';
import { Trainer } from '../training/fit/trainer.ts';
import { FACE58, FACE68, graphOf, NOSE, RESNET18, RESNET18_FROZEN } from '../training/nn/architectures/index.ts';
import type { LossSpec } from '../training/nn/losses/index.ts';
import { buildModel } from '../training/nn/model.ts';

const MSE: LossSpec = { name: 'mse' };
const WING: LossSpec = { name: 'wing', w: 20 / 256, epsilon: 4 / 256, heatmapWeight: 0.05, heatmapSigma: 1 };
const NETWORKS = {
  nose: { spec: NOSE, batch: 4, loss: MSE, frozen: [] },
  face58: { spec: FACE58, batch: 4, loss: MSE, frozen: [] },
  resnet18: { spec: RESNET18, batch: 4, loss: MSE, frozen: RESNET18_FROZEN },
  'face68-4': { spec: FACE68, batch: 4, loss: WING, frozen: [] },
  face68: { spec: FACE68, batch: 32, loss: WING, frozen: [] },
} as const;
type NetworkName = keyof typeof NETWORKS;

const { values: flags } = parseArgs({
  options: {
    networks: { type: 'string', default: Object.keys(NETWORKS).join() },
    backends: { type: 'string' },
    steps: { type: 'string', default: '9' },
    one: { type: 'boolean', default: false },
  },
});
const networks = flags.networks.split(',') as NetworkName[];
const present = listBackends().flatMap(({ name, available }) => (available && name !== 'cpu' ? [name] : []));
const backends = (flags.backends?.split(',') as BackendName[] | undefined) ?? present;

if (flags.one) {
  process.stdout.write(JSON.stringify(await measure(networks[0]!, backends[0]!, Number(flags.steps))));
} else {
  const rows = networks.flatMap((network) => backends.map((backend) => inOwnProcess(network, backend)));
  console.table(rows);
  const folder = join(import.meta.dirname, 'results');
  mkdirSync(folder, { recursive: true });
  const machine = { processor: cpus()[0]!.model, cores: cpus().length, node: process.version };
  writeFileSync(join(folder, 'trainStep.json'), `${JSON.stringify({ machine, rows }, null, 2)}\n`);
}

function inOwnProcess(network: NetworkName, backend: BackendName): Record<string, unknown> {
  const load = loadavg()[0]!.toFixed(1);
  const args = [import.meta.filename, '--one', '--networks', network, '--backends', backend, '--steps', flags.steps];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${network} on ${backend} failed: ${stderr}`);
  return { ...JSON.parse(stdout), loadBefore: Number(load) };
}

async function measure(network: NetworkName, backend: BackendName, steps: number) {
  const { spec, batch, loss, frozen } = NETWORKS[network];
  const { tf } = await openBackend(backend);
  const graph = graphOf(spec);
  const model = buildModel(tf, graph, { rng: createRng(1), frozen });
  const optimiser = { name: 'adam', learningRate: 1e-4 } as const;
  const trainer = new Trainer(tf, model, { loss, optimiser, ema: network.startsWith('face68') ? 0.999 : null });
  const rng = createRng(2);
  const images = Uint8Array.from({ length: batch * graph.input.width * graph.input.height * 3 }, () => rng.int(256));
  const targets = Float32Array.from({ length: batch * graph.points * 2 }, () => rng.uniform(0.1, 0.9));
  const times: number[] = [];
  for (let step = 0; step < steps + 3; step++) {
    const start = performance.now();
    trainer.step({ images, targets, mask: null }, optimiser.learningRate);
    if (step >= 3) times.push(performance.now() - start);
  }
  const medianMs = times.toSorted((a, b) => a - b)[times.length >> 1]!;
  const rounded = (value: number) => Math.round(value * 10) / 10;
  return {
    network,
    backend,
    batch,
    medianMs: rounded(medianMs),
    fastestMs: rounded(Math.min(...times)),
    imagesPerSecond: rounded((1000 * batch) / medianMs),
    peakMB: Math.round(process.resourceUsage().maxRSS / 1024),
    tensors: tf.memory().numTensors,
  };
}
