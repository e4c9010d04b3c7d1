/**
 * Weights from elsewhere, under torchvision's names and in PyTorch's layouts (convolutions OIHW, dense [out, in]), into
 * a graph of ours. What is missing is drawn afresh, and the report says so.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FiducialError } from '../../../domain/errors.ts';
import { type Graph, type GraphNode, type ParamSpec, paramsOf } from '../graph.ts';
import { type NpyArray, parseNpy } from './npy.ts';

/** By torchvision's name: `layer1.0.conv1.weight`. */
export type ForeignWeights = ReadonlyMap<string, NpyArray>;

export interface ImportReport {
  /** What was taken, name and shape in our layout. */
  readonly imported: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** Biases of convolutions that had their batch norm folded in: what `calibrateBatchNorm` unfolds. */
  readonly folded: readonly string[];
  /** Parameters of the graph that nothing was found for. */
  readonly fresh: readonly string[];
  /** Names found that the graph has no place for. */
  readonly unused: readonly string[];
  /** sha256 over names, shapes and values of what was found, in the order of names. */
  readonly sha256: string;
}

export interface Imported {
  readonly values: Map<string, Float32Array>;
  /** By the batch norm's node name: the bias of the convolution before it. */
  readonly foldedBias: Map<string, Float32Array>;
  readonly report: ImportReport;
}

/** For people: what was taken, and by layer what was drawn afresh or left over. */
export function describeImport({ imported, folded, fresh, unused, sha256 }: ImportReport): string {
  const layers = (names: readonly string[]) =>
    [...new Set(names.map((name) => name.split('.').slice(0, -1).join('.') || name))].join(', ') || 'nothing';
  const unfolded = folded.length > 0 ? `, ${folded.length} batch norms that were folded into them` : '';
  return [
    `pretrained: ${imported.length} tensors${unfolded} (sha256 ${sha256.slice(0, 12)})`,
    `drawn afresh: ${layers(fresh)}`,
    ...(unused.length > 0 ? [`in the file, but of no use here: ${layers(unused)}`] : []),
  ].join('\n');
}

/** Every `NAME.npy` of a folder. Throws FiducialError INVALID_INPUT where there is none, INVALID_MODEL on a damaged one. */
export async function readNpyFolder(folder: string): Promise<ForeignWeights> {
  const files = (await readdir(folder).catch(() => [])).filter((file) => file.endsWith('.npy')).sort();
  if (files.length === 0) {
    throw new FiducialError('INVALID_INPUT', `Expected a folder of .npy files at ${folder}, found none`);
  }
  const read = async (file: string) => [file.slice(0, -4), parseNpy(await readFile(join(folder, file)), file)] as const;
  return new Map(await Promise.all(files.map(read)));
}

/**
 * A batch norm whose own parameters are absent, behind a convolution whose foreign bias is there, was folded.
 * Throws FiducialError INVALID_MODEL where a shape is not the graph's.
 */
export function importWeights(graph: Graph, foreign: ForeignWeights): Imported {
  const values = new Map<string, Float32Array>();
  const imported: { name: string; shape: readonly number[] }[] = [];
  for (const spec of paramsOf(graph)) {
    const found = foreign.get(spec.name);
    if (!found || isReplaced(graph, spec, found)) continue;
    values.set(spec.name, toOurLayout(spec, found));
    imported.push({ name: spec.name, shape: spec.shape });
  }
  const foldedBias = findFolded(graph, foreign, values);
  const folded = [...foldedBias.keys()];
  const used = new Set([...values.keys(), ...folded.map((name) => biasBefore(graph, name)!)]);
  const fromStatistics = new Set(folded.flatMap((name) => paramsOfNorm(graph, name)));
  const fresh = paramsOf(graph).filter(({ name }) => !values.has(name) && !fromStatistics.has(name));
  const report: ImportReport = {
    imported,
    folded,
    fresh: fresh.map(({ name }) => name),
    unused: [...foreign.keys()].filter((name) => !used.has(name)),
    sha256: digest(foreign),
  };
  return { values, foldedBias, report };
}

/** torchvision's classifier has the name `fc`; ours of another width is no damage, it is another layer. */
function isReplaced(graph: Graph, spec: ParamSpec, found: NpyArray): boolean {
  const node = graph.nodes.find(({ name }) => name === spec.node);
  return node?.op === 'dense' && found.shape.join() !== foreignShape(spec).join();
}

function foreignShape({ shape, role }: ParamSpec): number[] {
  if (role !== 'weight') return [...shape];
  if (shape.length === 2) return [shape[1]!, shape[0]!];
  return [shape[3]!, shape[2]!, shape[0]!, shape[1]!];
}

function toOurLayout(spec: ParamSpec, { shape, values }: NpyArray): Float32Array {
  const expected = foreignShape(spec);
  if (shape.join() !== expected.join()) {
    throw new FiducialError('INVALID_MODEL', `Expected ${spec.name} with shape [${expected}], got [${shape}]`, {
      ids: { parameter: spec.name },
    });
  }
  if (spec.role !== 'weight') return values.slice();
  return spec.shape.length === 2 ? transposed(values, shape) : oihwToHwio(values, shape);
}

function transposed(values: Float32Array, [rows, columns]: readonly number[]): Float32Array {
  const result = new Float32Array(values.length);
  for (let r = 0; r < rows!; r++) for (let c = 0; c < columns!; c++) result[c * rows! + r] = values[r * columns! + c]!;
  return result;
}

function oihwToHwio(values: Float32Array, [out, into, height, width]: readonly number[]): Float32Array {
  const result = new Float32Array(values.length);
  let at = 0;
  for (let o = 0; o < out!; o++)
    for (let i = 0; i < into!; i++)
      for (let y = 0; y < height!; y++)
        for (let x = 0; x < width!; x++) result[((y * width! + x) * into! + i) * out! + o] = values[at++]!;
  return result;
}

function findFolded(graph: Graph, foreign: ForeignWeights, values: ReadonlyMap<string, Float32Array>) {
  const folded = new Map<string, Float32Array>();
  for (const node of graph.nodes) {
    if (node.op !== 'batchNorm' || values.has(node.gamma)) continue;
    const before = convBefore(graph, node);
    const bias = before && values.has(before.weight) ? foreign.get(`${before.name}.bias`) : undefined;
    if (bias) folded.set(node.name, bias.values.slice());
  }
  return folded;
}

function convBefore(graph: Graph, node: Extract<GraphNode, { op: 'batchNorm' }>) {
  return graph.nodes.find(
    (other): other is Extract<GraphNode, { op: 'conv' }> => other.op === 'conv' && other.name === node.input,
  );
}

function normNamed(graph: Graph, name: string) {
  return graph.nodes.find(
    (node): node is Extract<GraphNode, { op: 'batchNorm' }> => node.op === 'batchNorm' && node.name === name,
  )!;
}

function biasBefore(graph: Graph, norm: string): string | null {
  const conv = convBefore(graph, normNamed(graph, norm));
  return conv ? `${conv.name}.bias` : null;
}

function paramsOfNorm(graph: Graph, name: string): string[] {
  const { gamma, beta, mean, variance } = normNamed(graph, name);
  return [gamma, beta, mean, variance];
}

function digest(foreign: ForeignWeights): string {
  const hash = createHash('sha256');
  for (const name of [...foreign.keys()].sort()) {
    const { shape, values } = foreign.get(name)!;
    hash.update(`${name} [${shape}]\n`).update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash.digest('hex');
}
