/** Where a run's first weights come from: a folder of .npy files, an ONNX file, or a checkpoint of an earlier run. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { FiducialError } from '../../domain/errors.ts';
import { decodeCheckpoint, trainedValues } from '../fit/checkpoint.ts';
import { type Graph, paramsOf } from '../nn/graph.ts';
import { type Imported, importWeights, readNpyFolder } from '../nn/pretrained/import.ts';
import { readWeights } from '../onnx/read.ts';

/** Throws INVALID_INPUT where there is nothing to read, INVALID_MODEL where it does not fit the graph. */
export async function importPretrained(path: string, graph: Graph): Promise<Imported> {
  if (path.endsWith('.onnx')) return importWeights(graph, onnxWeights(await bytesOf(path)));
  if (path.endsWith('.ckpt')) return importCheckpoint(graph, await bytesOf(path));
  return importWeights(graph, await readNpyFolder(path));
}

function onnxWeights(bytes: Uint8Array) {
  return new Map([...readWeights(bytes)].map(([name, { shape, data }]) => [name, { shape, values: data }]));
}

/** All of it, as it would ship, or an error: a checkpoint of another network is a mistake. */
function importCheckpoint(graph: Graph, bytes: Uint8Array): Imported {
  const trained = trainedValues(decodeCheckpoint(bytes));
  const specs = paramsOf(graph);
  const misfit = specs.find(({ name, shape }) => trained.get(name)?.length !== shape.reduce((n, side) => n * side, 1));
  if (misfit) {
    const got = trained.get(misfit.name)?.length ?? 'no';
    throw new FiducialError(
      'INVALID_MODEL',
      `Expected a checkpoint with ${misfit.name} of shape [${misfit.shape}], got ${got} values: it is of another network`,
      { ids: { parameter: misfit.name } },
    );
  }
  return {
    values: new Map(specs.map(({ name }) => [name, trained.get(name)!])),
    foldedBias: new Map(),
    report: {
      imported: specs.map(({ name, shape }) => ({ name, shape })),
      folded: [],
      fresh: [],
      unused: [],
      sha256: createHash('sha256').update(bytes).digest('hex'),
    },
  };
}

async function bytesOf(path: string): Promise<Uint8Array> {
  return readFile(path).catch((cause: unknown) => {
    throw new FiducialError('INVALID_INPUT', `Expected pretrained weights at ${path}, found no file`, { cause });
  });
}
