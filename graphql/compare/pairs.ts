/** The same faces in two runs: each run's evaluation of a shard tells the error of every face of the truth. */
import type { Run } from '../../domain/records.ts';
import { forEach } from '../../scoring/concurrently.ts';
import type { ShardEvaluation } from '../../scoring/records.ts';
import { evaluationReader } from '../../scoring/shardEvaluations.ts';
import type { ObjectStore } from '../../storage/ports.ts';

const READ_AT_ONCE = 16;

export interface FaceError {
  readonly key: string;
  readonly shard: string;
  readonly line: number;
  /** Null where missed: an infinite error. */
  readonly maePx: number | null;
  readonly nme: number | null;
}

/** Faces by what makes them the same in another run: the image's key, and their place among its truths. */
export type Faces = ReadonlyMap<string, FaceError>;

/** Which shards to read: all, or so many of them spread evenly over the run. */
export function shardsToRead(shards: number, most: number): number[] {
  if (shards <= most) return Array.from({ length: shards }, (_, i) => i);
  return Array.from({ length: most }, (_, i) => Math.floor((i * shards) / most));
}

/** A GET a shard, and one where it is the truth that the run began with. */
export async function readFaces(
  results: ObjectStore,
  run: Run,
  truth: string,
  shards: readonly number[],
): Promise<Faces> {
  const read = await evaluationReader(results, run, truth);
  const evaluations: ShardEvaluation[] = [];
  await forEach(shards, READ_AT_ONCE, async (index) => {
    const evaluation = await read(index);
    if (evaluation) evaluations.push(evaluation);
  });
  return facesOf(evaluations.sort((a, b) => (a.shard < b.shard ? -1 : 1)));
}

function facesOf(evaluations: readonly ShardEvaluation[]): Faces {
  const faces = new Map<string, FaceError>();
  const seen = new Map<string, number>();
  for (const { shard, order } of evaluations) {
    for (const { line, key, maePx, nme } of [...order].sort((a, b) => a.line - b.line || a.truth - b.truth)) {
      const nth = seen.get(key) ?? 0;
      seen.set(key, nth + 1);
      faces.set(`${nth} ${key}`, { key, shard, line, maePx, nme });
    }
  }
  return faces;
}

export interface Pair {
  readonly first: FaceError;
  readonly second: FaceError;
}

/** Faces that both runs have; under `measure`, those that both answered are measured. */
export function pairFaces(first: Faces, second: Faces): Pair[] {
  return [...first].flatMap(([id, one]) => {
    const other = second.get(id);
    return other ? [{ first: one, second: other }] : [];
  });
}
