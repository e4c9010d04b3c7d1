/** What the predictions of a shard are worth beside ground truth. Depends on nothing but its arguments. */
import {
  emptySummary,
  evaluateItem,
  type ItemEvaluation,
  mergeAll,
  mergeSummaries,
  type Summary,
  summariseFace,
  summariseMissed,
  withErrors,
} from '../domain/metrics/index.ts';
import type { ModelPin, Prediction, TruthFace } from '../domain/records.ts';
import type { LinePlace } from './jsonl.ts';
import type { ShardEvaluation } from './records.ts';

type Layout = Pick<ModelPin, 'layout' | 'points'>;

/** The predictions with the errors of their faces filled in. `truths[i]` are those of item i. */
export function withShardErrors(
  predictions: readonly Prediction[],
  truths: readonly (readonly TruthFace[])[],
  { layout }: Layout,
): Prediction[] {
  return predictions.map((prediction, line) =>
    withErrors(prediction, evaluateItem(prediction, truths[line] ?? [], layout)),
  );
}

/** `places[i]` is where prediction i lies in the stored object. */
export function evaluateShard(
  shard: string,
  predictions: readonly Prediction[],
  truths: readonly (readonly TruthFace[])[],
  places: readonly LinePlace[],
  model: Layout,
): ShardEvaluation {
  const summaries: Summary[] = [];
  const order: ShardEvaluation['order'] = [];
  for (const [line, prediction] of predictions.entries()) {
    const ofItem = truths[line] ?? [];
    if (ofItem.length === 0) continue;
    const evaluation = evaluateItem(prediction, ofItem, model.layout);
    const where = { shard, line, key: prediction.key, seen: prediction.seen };
    summaries.push(...summariesOf(evaluation, where, ofItem, model));
    order.push(...orderOf(evaluation, where, places[line]!));
  }
  const summary = mergeSummaries(
    emptySummary(model.layout, model.points),
    mergeAll(summaries, model.layout, model.points),
  );
  return { shard, summary, order };
}

interface Where {
  readonly shard: string;
  readonly line: number;
  readonly key: string;
  readonly seen?: boolean | undefined;
}

function summariesOf(
  { evaluated, missed, extra }: ItemEvaluation,
  where: Where,
  truths: readonly TruthFace[],
  { layout, points }: Layout,
): Summary[] {
  const summaries = evaluated.map(({ truth, face, errors }) =>
    summariseFace(errors, { ...where, face, group: truths[truth]?.group ?? null }, layout),
  );
  if (missed.length === 0 && extra === 0) return summaries;
  const groups = missed.map((truth) => truths[truth]?.group ?? null);
  return [...summaries, summariseMissed(groups, extra, layout, points, where.seen)];
}

function orderOf({ evaluated, missed }: ItemEvaluation, { line, key }: Where, { from, to }: LinePlace) {
  return [
    ...missed.map((truth) => ({ line, truth, face: null, key, maePx: null, nme: null, from, to })),
    ...evaluated.map(({ truth, face, errors }) => ({
      line,
      truth,
      face,
      key,
      maePx: errors.maePx,
      nme: errors.nme.interOcular ?? null,
      from,
      to,
    })),
  ];
}
