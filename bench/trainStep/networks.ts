/** The steps that are compared, written down so that another framework takes the very same ones. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRng } from '../../training/augment/rng.ts';
import { FACE58, FACE68, graphOf, NOSE, RESNET18, RESNET18_FROZEN } from '../../training/nn/architectures/index.ts';
import { type Graph, paramsOf } from '../../training/nn/graph.ts';
import { initialValues } from '../../training/nn/init.ts';
import type { LossSpec } from '../../training/nn/losses/index.ts';

const MSE: LossSpec = { name: 'mse' };
const WING: LossSpec = { name: 'wing', w: 20 / 256, epsilon: 4 / 256, heatmapWeight: 0.025, heatmapSigma: 1 };

/** `ema`: decay of the moving average that the recipe keeps. */
export const NETWORKS = {
  nose: { spec: NOSE, batch: 4, loss: MSE, frozen: [], ema: null },
  face58: { spec: FACE58, batch: 4, loss: MSE, frozen: [], ema: null },
  resnet18: { spec: RESNET18, batch: 4, loss: MSE, frozen: RESNET18_FROZEN, ema: null },
  face68: { spec: FACE68, batch: 32, loss: WING, frozen: [], ema: 0.999 },
} as const;
export type NetworkName = keyof typeof NETWORKS;

export const LEARNING_RATE = 1e-4;

/** `case.json` of a folder; beside it `params.bin`, `images.bin` and `targets.bin`, float32 without headers. */
export interface StepCase {
  readonly network: NetworkName;
  readonly graph: Graph;
  /** In the order of `params.bin`. */
  readonly params: readonly {
    readonly name: string;
    readonly role: string;
    readonly shape: readonly number[];
    readonly frozen: boolean;
  }[];
  readonly batch: number;
  readonly loss: LossSpec;
  readonly learningRate: number;
  readonly ema: number | null;
}

/** Random images and targets: what they show changes no time. */
export function writeCase(folder: string, network: NetworkName): void {
  const { spec, batch, loss, frozen, ema } = NETWORKS[network];
  const graph = graphOf(spec);
  const values = initialValues(graph, createRng(1));
  const still = new Set<string>(frozen);
  const params = paramsOf(graph).map(({ name, role, shape, node }) => ({ name, role, shape, frozen: still.has(node) }));
  const rng = createRng(2);
  const { width, height } = graph.input;
  const images = Float32Array.from({ length: batch * width * height * 3 }, () => rng.int(256));
  const targets = Float32Array.from({ length: batch * graph.points * 2 }, () => rng.uniform(0.1, 0.9));
  const written: StepCase = { network, graph, params, batch, loss, learningRate: LEARNING_RATE, ema };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'case.json'), JSON.stringify(written));
  writeFileSync(join(folder, 'params.bin'), Buffer.concat(params.map(({ name }) => bytesOf(values.get(name)!))));
  writeFileSync(join(folder, 'images.bin'), bytesOf(images));
  writeFileSync(join(folder, 'targets.bin'), bytesOf(targets));
}

export function readCase(folder: string) {
  const read = JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8')) as StepCase;
  const all = floats(join(folder, 'params.bin'));
  let at = 0;
  const values = new Map(
    read.params.map(({ name, shape }) => {
      const length = shape.reduce((product, side) => product * side, 1);
      at += length;
      return [name, all.slice(at - length, at)] as const;
    }),
  );
  return { ...read, values, images: floats(join(folder, 'images.bin')), targets: floats(join(folder, 'targets.bin')) };
}

function bytesOf(values: Float32Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

function floats(path: string): Float32Array {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
