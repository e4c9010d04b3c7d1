/**
 * Where the evaluation of a shard lies. Beside the truth that its run began with it is part of the shard's summary.
 * Beside a truth that came later, and of shards that earlier releases settled, it is an object of its own.
 */
import { FiducialError } from '../domain/errors.ts';
import { resultKeys, shardId } from '../domain/keys.ts';
import type { Run } from '../domain/records.ts';
import type { ObjectStore } from '../storage/ports.ts';
import { contentTypeOf, readJson } from './objects.ts';
import {
  evaluationShardsSchema,
  type ShardEvaluation,
  type ShardSummary,
  shardEvaluationSchema,
  shardSummarySchema,
} from './records.ts';

type Place = Pick<Run, 'project' | 'run'>;

/** Null where the summary has none beside this truth. */
export function evaluationIn({ shard, evaluation }: ShardSummary, truth: string): ShardEvaluation | null {
  if (evaluation?.truth !== truth) return null;
  return { shard, summary: evaluation.summary, order: evaluation.order };
}

/** Of a truth that the run did not begin with, or of a shard that an earlier release settled. Null where there is none. */
function findEvaluation(
  results: ObjectStore,
  { project, run }: Place,
  truth: string,
  shard: string,
): Promise<ShardEvaluation | null> {
  return readJson(results, resultKeys.evaluationSummary(project, run, truth, shard), shardEvaluationSchema);
}

/** The same. NOT_FOUND where there is none. */
export async function readEvaluation(
  results: ObjectStore,
  run: Place,
  truth: string,
  shard: string,
): Promise<ShardEvaluation> {
  const evaluation = await findEvaluation(results, run, truth, shard);
  if (evaluation) return evaluation;
  throw new FiducialError('NOT_FOUND', `Expected the evaluation of shard ${shard}, got nothing`, {
    ids: { run: run.run, shard },
    retryable: true,
  });
}

/** For whoever reads some shards of a finished run that was compared with this truth: by their index in the plan. */
export async function evaluationReader(
  results: ObjectStore,
  run: Run,
  truth: string,
): Promise<(index: number) => Promise<ShardEvaluation | null>> {
  const { project, run: id } = run;
  // Runs that earlier releases finished have none, and all evaluations apart.
  const listed =
    truth === run.truth
      ? await readJson(results, resultKeys.evaluationShards(project, id, truth), evaluationShardsSchema)
      : null;
  return async (index) => {
    const name = listed?.summaries[index];
    const summary = name && (await readJson(results, resultKeys.summaries(project, id) + name, shardSummarySchema));
    return (summary && evaluationIn(summary, truth)) || findEvaluation(results, run, truth, shardId(index));
  };
}

/** What that finds them by. `summaries`: keys, in plan order. Repeating it writes the same bytes. */
export async function writeEvaluationShards(
  results: ObjectStore,
  { project, run }: Place,
  truth: string,
  summaries: readonly string[],
): Promise<void> {
  const below = resultKeys.summaries(project, run).length;
  const key = resultKeys.evaluationShards(project, run, truth);
  const body = JSON.stringify({ summaries: summaries.map((summary) => summary.slice(below)) });
  await results.put(key, body, { contentType: contentTypeOf(key) });
}
