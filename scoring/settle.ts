/**
 * How a shard ends, whoever ends it: the scorer, the dead letters, a redelivery. Predictions are written if absent;
 * who loses takes the winner's, and everything else is computed from those. So any number of workers that score one
 * shard, whatever they saw, leave one set of outcomes and one summary.
 */

import { FiducialError } from '../domain/errors.ts';
import { resultKeys } from '../domain/keys.ts';
import { countOutcomes, type Outcomes } from '../domain/metrics/index.ts';
import { type PlanItem, type Prediction, predictionSchema, type Run, type TruthFace } from '../domain/records.ts';
import { evaluateShard, withShardErrors } from './evaluation.ts';
import { decodeLines, encodeLines, type LinePlace, linePlaces } from './jsonl.ts';
import { createJson, createObject, readBody } from './objects.ts';
import type { ScoringParts } from './ports.ts';
import type { ShardSummary } from './records.ts';

type Parts = Pick<ScoringParts, 'stores'>;

/**
 * `own` is what this caller would have the outcomes be, one for each item; null where the shard's predictions are
 * known to be there. Two writes, and a read where it lost. Gives the counts, or null where the
 * run was deleted meanwhile. The summary comes last: where it is, everything else of the shard is. Whoever calls this
 * looks for the tombstone afterwards: `finishAfterWriting`.
 */
export async function settle(
  parts: Parts,
  run: Run,
  shard: string,
  items: readonly PlanItem[],
  own: readonly Prediction[] | null,
): Promise<Outcomes | null> {
  const { results } = parts.stores;
  const truths = items.map((item) => item.truths);
  const settled = await settlePredictions(parts, run, shard, own && withShardErrors(own, truths, run.model));
  if (!settled) return null;
  const { body, predictions } = settled;
  checkCount(run, shard, items.length, predictions.length);
  const places = linePlaces(body);
  const outcomes = countOutcomes(predictions);
  const failures = predictions.flatMap(({ key, error }, line) =>
    error ? [{ line, key, code: error.code, ...places[line]! }] : [],
  );
  const evaluation = evaluationOf(run, shard, settled, truths, places);
  const summary: ShardSummary = { shard, outcomes, failures, ...evaluation };
  const key = resultKeys.summary(run.project, run.run, shard, outcomes);
  await createJson(results, key, summary);
  return outcomes;
}

/** Beside the truth that the run began with; nothing where it began without. */
function evaluationOf(
  { truth, model }: Run,
  shard: string,
  { predictions }: Settled,
  truths: readonly (readonly TruthFace[])[],
  places: readonly LinePlace[],
): Pick<ShardSummary, 'evaluation'> {
  if (!truth) return {};
  const { summary, order } = evaluateShard(shard, predictions, truths, places, model);
  return { evaluation: { truth, summary, order } };
}

interface Settled {
  readonly body: Buffer;
  readonly predictions: readonly Prediction[];
}

/** What stands. Null where it should be there and is not: the run was deleted. */
async function settlePredictions(
  { stores: { results } }: Parts,
  run: Run,
  shard: string,
  own: readonly Prediction[] | null,
): Promise<Settled | null> {
  const key = resultKeys.predictionShard(run.project, run.run, shard);
  if (own) {
    const body = encodeLines(own);
    if (await createObject(results, key, body)) return { body, predictions: own };
  }
  const body = await readBody(results, key);
  return body && { body, predictions: decodeLines(body, predictionSchema, key) };
}

function checkCount(run: Run, shard: string, items: number, predictions: number): void {
  if (items === predictions) return;
  throw new FiducialError(
    'CORRUPT_STORE',
    `Expected a prediction for each of ${items} items of shard ${shard}, got ${predictions}`,
    { ids: { run: run.run, shard } },
  );
}
