/** Compares a finished run with ground truth that came later: `truths/<digest>.jsonl` of its batch. */
import { FiducialError, isFiducialError } from '../domain/errors.ts';
import { resultKeys, shardId, uploadKeys } from '../domain/keys.ts';
import {
  operationErrorSchema,
  type PlanItem,
  planItemSchema,
  predictionSchema,
  type Run,
  runSchema,
} from '../domain/records.ts';
import { inOrder } from './concurrently.ts';
import { removeRun } from './delete.ts';
import { evaluateShard } from './evaluation.ts';
import { mergeEvaluation } from './finishing/mergeEvaluation.ts';
import { decodeLines, linePlaces } from './jsonl.ts';
import { LateTruth } from './lateTruth.ts';
import { createJson, listAll, readBody, readJson } from './objects.ts';
import type { EvaluateMessage } from './planning/messages.ts';
import type { ScoringParts } from './ports.ts';
import { isDeleted } from './tombstones.ts';

const READ_AT_ONCE = 8;

type Parts = Pick<ScoringParts, 'stores' | 'log'>;

/**
 * Writes evaluations/<truth>/ of a run, metrics.json last. `continued`: the time ran out, call again; what is done
 * stays done. `gone`: the run or its truth was deleted. `unfinished`: who finishes the run will ask again.
 * `rejected`: the truth is none; rejected.json says why.
 */
export async function evaluateRun(
  parts: Parts,
  { project, run: id, truth }: Pick<EvaluateMessage, 'project' | 'run' | 'truth'>,
  timeLeft: () => boolean = () => true,
): Promise<'evaluated' | 'continued' | 'unfinished' | 'gone' | 'rejected'> {
  const { uploads, results } = parts.stores;
  const run = await readJson(results, resultKeys.record(project, id), runSchema);
  if (!run) return 'gone';
  if (await results.head(resultKeys.metrics(project, id, truth))) return 'evaluated';
  if (!(await results.head(resultKeys.done(project, id)))) return 'unfinished';
  const body = await readBody(uploads, uploadKeys.truth(project, run.batch, truth));
  if (!body) return 'gone';
  const late = readTruth(body);
  if (late instanceof FiducialError) {
    await rejectEvaluation(parts, { project, run: id, truth }, late);
    return 'rejected';
  }
  await late.countItems(planShards(results, run), run.crop);
  const known = new Set<string>();
  const prefix = resultKeys.evaluationSummaries(project, id, truth);
  for await (const { key } of listAll(results, prefix)) known.add(key.slice(prefix.length, -'.json'.length));
  let evaluated = 0;
  for await (const { shard, items } of planShards(results, run)) {
    // Truths are dealt out in plan order, so those of shards that are done have to be dealt too.
    const truths = late.deal(items);
    if (known.has(shard)) continue;
    // At least one a call, so that calls that always run out of time come to an end.
    if (evaluated > 0 && !timeLeft()) return 'continued';
    await evaluateOne(parts, run, truth, shard, truths);
    evaluated++;
  }
  await mergeEvaluation(results, run, truth);
  if (!(await isDeleted(results, project, id))) return 'evaluated';
  await removeRun(parts, project, id);
  return 'gone';
}

function readTruth(body: Buffer): LateTruth | FiducialError {
  try {
    return new LateTruth(body);
  } catch (error) {
    if (isFiducialError(error, 'INVALID_MANIFEST')) return error;
    throw error;
  }
}

/** Where it has been evaluated after all, that stands. Whoever adds the truth again takes this away first. */
export async function rejectEvaluation(
  parts: Parts,
  { project, run, truth }: Pick<EvaluateMessage, 'project' | 'run' | 'truth'>,
  { code, message }: Pick<FiducialError, 'code' | 'message'>,
): Promise<void> {
  const { results } = parts.stores;
  const record = await readJson(results, resultKeys.record(project, run), runSchema);
  if (!record || (await results.head(resultKeys.metrics(project, run, truth)))) return;
  const why = operationErrorSchema.parse({ code, message });
  await createJson(results, resultKeys.evaluationRejected(project, run, truth), why);
  if (await isDeleted(results, project, run)) await removeRun(parts, project, run);
  parts.log.error({ project, run, truth, code }, message);
}

async function* planShards(results: Parts['stores']['results'], run: Run) {
  const shards = Array.from({ length: run.shards }, (_, i) => shardId(i));
  yield* inOrder(shards, READ_AT_ONCE, async (shard): Promise<{ shard: string; items: PlanItem[] }> => {
    const key = resultKeys.planShard(run.project, run.run, run.attempt, shard);
    return { shard, items: decodeLines((await results.get(key)).body, planItemSchema, key) };
  });
}

async function evaluateOne(
  { stores: { results } }: Parts,
  run: Run,
  truth: string,
  shard: string,
  truths: ReturnType<LateTruth['deal']>,
): Promise<void> {
  const key = resultKeys.predictionShard(run.project, run.run, shard);
  const { body } = await results.get(key);
  const predictions = decodeLines(body, predictionSchema, key);
  const evaluation = evaluateShard(shard, predictions, truths, linePlaces(body), run.model);
  await createJson(results, resultKeys.evaluationSummary(run.project, run.run, truth, shard), evaluation);
}
