/** From a message on the score queue to a settled shard. */
import { FiducialError } from '../domain/errors.ts';
import { resultKeys } from '../domain/keys.ts';
import {
  type PlanItem,
  type Prediction,
  planItemSchema,
  predictionSchema,
  type Run,
  type ScoreMessage,
} from '../domain/records.ts';
import { sha256Of } from '../inference/digest.ts';
import { Arrivals } from './arrivals.ts';
import { together } from './concurrently.ts';
import { removeRun } from './delete.ts';
import { closeIfDone, type FinishOutcome, finishAfterWriting, finishIfComplete } from './finish.ts';
import { READING, type ReadingLimits, readImage, unreadableImages } from './images.ts';
import { decodeLines } from './jsonl.ts';
import { exists, readBody } from './objects.ts';
import { failedPrediction } from './outcomes.ts';
import type { ItemScorer, ScoringItem, ScoringParts } from './ports.ts';
import type { ReadAhead } from './readAhead.ts';
import type { RunRecords } from './runRecords.ts';
import { settle } from './settle.ts';
import { isDeleted } from './tombstones.ts';

/** Receives from which on single images may be UNREADABLE, and all of them: one less than dead letters are made of. */
const ACCEPTED_FROM = 3;
const LAST_RECEIVE = 9;

export interface ScoreParts extends ScoringParts {
  readonly scorer: ItemScorer;
  readonly runs: RunRecords;
  readonly reading?: ReadingLimits;
  /** What all shards of the worker read ahead together; each by itself where absent. */
  readonly readAhead?: ReadAhead;
  /** Objects that finishing a run has to read from which on one worker does it alone. Default: 16. */
  readonly claimedFrom?: number;
}

export interface ScoreShardOptions {
  /** Ends the scoring with ABORTED; a shard that is being settled is settled. */
  readonly signal: AbortSignal;
  /**
   * How often the message was received. Images that the store does not give are UNREADABLE from the third time on, so
   * that an outage costs time and no outcomes; where it gives none at all, from the ninth. Default: 1.
   */
  readonly receives?: number;
}

/**
 * `gone`: the run was deleted. `cancelled`: nothing was scored. `known`: it was known to be scored before, and finished
 * now if due.
 * To be acknowledged, unless finishing was left to another: then to be left for one lease.
 */
export type ShardOutcome = {
  readonly kind: 'scored' | 'known' | 'cancelled' | 'gone';
  readonly finish: FinishOutcome | null;
};

/**
 * Scores a shard unless it is known to be scored, settles it, and finishes the run where this was the last. Besides the
 * images: six requests, one more where the message may be a repetition.
 */
export async function scoreShard(
  parts: ScoreParts,
  { project, run: id, shard, again = false }: ScoreMessage,
  options: ScoreShardOptions,
): Promise<ShardOutcome> {
  const { results } = parts.stores;
  const run = await parts.runs.get(project, id);
  if (!run) return gone(parts, project, id);
  const { receives = 1 } = options;
  // Most that come again are those that left finishing to another.
  if (receives > 1 && (await closeIfDone(parts, run))) return { kind: 'known', finish: 'finished already' };
  const { claimedFrom } = parts;
  const asking = { shard, receives, ...(claimedFrom === undefined ? {} : { claimedFrom }) };
  // Asked only where it may be so. Where nobody could know, as of a message that the queue delivers twice, the shard is
  // scored again, which costs time and nothing else: predictions are written if absent, and who loses takes the winner's.
  const mayBeKnown = receives > 1 || again;
  const [cancelled, known, items] = await together(
    exists(results, resultKeys.cancelled(project, id)),
    mayBeKnown ? exists(results, resultKeys.predictionShard(project, id, shard)) : Promise.resolve(false),
    readPlan(parts, run, shard),
  );
  if (cancelled) return { kind: 'cancelled', finish: await finishIfComplete(parts, run, asking) };
  if (!items) return gone(parts, project, id);
  const own = known ? null : await scoreItems(parts, run, shard, items, options);
  if (!(await settle(parts, run, shard, items, own))) return gone(parts, project, id);
  const finish = await finishAfterWriting(parts, run, asking);
  if (finish === 'deleted') return { kind: 'gone', finish: null };
  return { kind: known ? 'known' : 'scored', finish };
}

/** Whoever had this message before may have died after it wrote and before it looked for the tombstone. */
async function gone(parts: ScoreParts, project: string, run: string): Promise<ShardOutcome> {
  if (await isDeleted(parts.stores.results, project, run)) await removeRun(parts, project, run);
  return { kind: 'gone', finish: null };
}

/** Null where the run was deleted. */
export async function readPlan(
  { stores: { results } }: Pick<ScoringParts, 'stores'>,
  { project, run, attempt }: Run,
  shard: string,
): Promise<PlanItem[] | null> {
  const key = resultKeys.planShard(project, run, attempt, shard);
  const body = await readBody(results, key);
  return body && decodeLines(body, planItemSchema, key);
}

/** One prediction an item, in plan order. */
async function scoreItems(
  parts: ScoreParts,
  run: Run,
  shard: string,
  items: readonly PlanItem[],
  { signal, receives = 1 }: ScoreShardOptions,
): Promise<Prediction[]> {
  const predictions = await copyScored(parts, run, items);
  const seen = new Map<number, boolean>();
  const training = await parts.runs.imagesSeen(run);
  const noted =
    training &&
    ((index: number, content: ScoringItem['content']) =>
      seen.set(index, training.has(content instanceof Uint8Array ? sha256Of(content) : content.sha256)));
  const reading = readImages(parts, run, items, predictions, { signal, noted });
  const model = { pin: run.model, crop: run.crop, detector: run.detector };
  for await (const { index, prediction } of parts.scorer.score(model, reading, { signal })) {
    predictions[index] = seen.has(index) ? { ...prediction, seen: seen.get(index)! } : prediction;
  }
  signal.throwIfAborted();
  const complete = items.map((_, index) => predictions[index]);
  if (complete.includes(undefined))
    throw new FiducialError('INTERNAL', `Expected an outcome for each item of ${shard}`);
  const unreadable = complete.filter((prediction) => prediction?.error?.code === 'UNREADABLE').length;
  const tooMany = unreadable === items.length ? receives < LAST_RECEIVE : unreadable > 0 && receives < ACCEPTED_FROM;
  if (tooMany) throw unreadableImages(shard, unreadable);
  return complete as Prediction[];
}

/** What `retryOf` scored, by index. What can not be found there any more is scored again. */
async function copyScored(
  parts: ScoreParts,
  run: Run,
  items: readonly PlanItem[],
): Promise<(Prediction | undefined)[]> {
  const shards = new Set(items.flatMap(({ copyOf }) => (copyOf ? [copyOf.shard] : [])));
  const earlier = new Map<string, Prediction[]>();
  for (const shard of shards) {
    const key = resultKeys.predictionShard(run.project, run.retryOf!, shard);
    const body = await readBody(parts.stores.results, key);
    if (body) earlier.set(shard, decodeLines(body, predictionSchema, key));
  }
  return items.map(({ key, copyOf }) => {
    const prediction = copyOf ? earlier.get(copyOf.shard)?.[copyOf.line] : undefined;
    return prediction?.key === key && prediction.outcome === 'scored' ? prediction : undefined;
  });
}

/** Images as they arrive; those that can't be had become outcomes in `predictions` at once. */
async function* readImages(
  { stores: { uploads }, reading = READING, readAhead }: ScoreParts,
  run: Run,
  items: readonly PlanItem[],
  predictions: (Prediction | undefined)[],
  options: {
    readonly signal: AbortSignal;
    /** Told of each image. */
    readonly noted: ((index: number, content: ScoringItem['content']) => void) | null;
  },
): AsyncGenerator<ScoringItem> {
  const wanted = items.flatMap((item, index) => (predictions[index] ? [] : [{ index, item }]));
  const read = async ({ index, item }: (typeof wanted)[number]) => {
    const image = await readImage(uploads, run, item, reading, options.signal);
    if (image.kind === 'content') {
      options.noted?.(index, image.content);
      return { index, item, content: image.content };
    }
    predictions[index] = failedPrediction(item.key, image.code, image.message);
    return null;
  };
  const arrivals = new Arrivals(wanted, reading.atOnce, read, readAhead?.open());
  for await (const image of arrivals) if (image) yield image;
}
