/** Runs against the first of them: by how much each face got better or worse, and how sure that is. */
import { FiducialError } from '../../domain/errors.ts';
import type { RunView } from '../../scoring/read/types.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { bootstrapMean, type MeanDifference } from './bootstrap.ts';
import { type Faces, type Pair, pairFaces, readFaces, shardsToRead } from './pairs.ts';

/** Shards read for a comparison, of all its runs together: its cost does not grow with the runs. */
const MOST_SHARDS = 512;
/** Of each run: more would make the interval narrower than anybody needs, and resampling slow. */
const MOST_FACES = 20_000;
const CHANGES_KEPT = 50;

/** What errors are measured by: a fraction of the inter-ocular distance, or pixels where the truth has no eyes. */
export type Measure = 'nme' | 'maePx';

export interface FaceChange extends Pair {
  /** Second minus first; below 0 is better. */
  readonly difference: number;
}

export interface Comparison {
  readonly baseline: RunView;
  readonly run: RunView;
  readonly measure: Measure;
  /** Faces that both runs have. */
  readonly pairs: number;
  /** Of the faces that both answered. Null where there are none. */
  readonly difference: MeanDifference | null;
  readonly better: number;
  readonly worse: number;
  /** Answered by one run and missed by the other. */
  readonly newlyMissed: number;
  readonly newlyFound: number;
  /** Whether every shard was read; otherwise some, spread evenly. */
  readonly complete: boolean;
  readonly improved: readonly FaceChange[];
  readonly worsened: readonly FaceChange[];
}

export interface Compared {
  readonly view: RunView;
  readonly truth: string;
}

/** `runs`: two to eight, planned, each with the digest of its truth. */
export async function compareRuns(results: ObjectStore, runs: readonly Compared[]): Promise<Comparison[]> {
  const [base, ...others] = runs as [Compared, ...Compared[]];
  const most = Math.floor(MOST_SHARDS / runs.length);
  const read = async ({ view, truth }: Compared) => {
    const record = view.record!;
    const shards = shardsToRead(record.shards, Math.min(most, Math.ceil(MOST_FACES / record.shardSize)));
    return { faces: await readFaces(results, record, truth, shards), complete: shards.length === record.shards };
  };
  const [first, ...rest] = await Promise.all(runs.map(read));
  return others.map(({ view }, i) => {
    const complete = first!.complete && rest[i]!.complete;
    return comparisonOf(base.view, view, first!.faces, rest[i]!.faces, complete);
  });
}

function comparisonOf(baseline: RunView, run: RunView, first: Faces, second: Faces, complete: boolean): Comparison {
  const pairs = pairFaces(first, second);
  const answered = pairs.filter((pair) => pair.first.maePx !== null && pair.second.maePx !== null);
  const measure: Measure = answered.every((pair) => pair.first.nme !== null && pair.second.nme !== null)
    ? 'nme'
    : 'maePx';
  const changes = answered
    .map((pair) => ({ ...pair, difference: pair.second[measure]! - pair.first[measure]! }))
    .sort((a, b) => a.difference - b.difference || (a.first.key < b.first.key ? -1 : 1));
  return {
    baseline,
    run,
    measure,
    pairs: pairs.length,
    difference: bootstrapMean(changes.map(({ difference }) => difference)),
    better: changes.filter(({ difference }) => difference < 0).length,
    worse: changes.filter(({ difference }) => difference > 0).length,
    newlyMissed: pairs.filter((pair) => pair.first.maePx !== null && pair.second.maePx === null).length,
    newlyFound: pairs.filter((pair) => pair.first.maePx === null && pair.second.maePx !== null).length,
    complete,
    improved: changes.filter(({ difference }) => difference < 0).slice(0, CHANGES_KEPT),
    worsened: changes
      .filter(({ difference }) => difference > 0)
      .slice(-CHANGES_KEPT)
      .reverse(),
  };
}

/** INVALID_INPUT, PRECONDITION_FAILED: which runs can be compared. */
export function comparable(views: readonly RunView[], truth: string | null): Compared[] {
  if (views.length < 2 || views.length > 8) {
    throw new FiducialError('INVALID_INPUT', `Expected two to eight runs, got ${views.length}`);
  }
  return views.map((view) => {
    const own = truth ?? view.record?.truth ?? null;
    if (own && view.done) return { view, truth: own };
    const got = view.done ? 'one without' : `one that is ${view.status}`;
    throw new FiducialError('PRECONDITION_FAILED', `Expected finished runs with ground truth, got ${got}: ${view.run}`);
  });
}
