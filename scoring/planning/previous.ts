/** What an earlier run of the batch scored, for `retryOf`: found again by key, box and ETag. */
import { FiducialError } from '../../domain/errors.ts';
import { resultKeys, shardId } from '../../domain/keys.ts';
import { type PlanItem, planItemSchema, predictionSchema, type Run, runSchema } from '../../domain/records.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { decodeLines } from '../jsonl.ts';
import { readBody, readJson } from '../objects.ts';
import type { ScoringModel } from '../ports.ts';
import { keyRange } from '../read/names.ts';

type Place = NonNullable<PlanItem['copyOf']>;

interface Scored {
  readonly etag: string | null;
  readonly place: Place;
}

/** INVALID_COMMIT where there is no such run of this batch. Null where it used another model: nothing of it is copied. */
export async function openPrevious(
  results: ObjectStore,
  project: string,
  batch: string,
  run: string,
  model: ScoringModel,
): Promise<Run | null> {
  const record = await readJson(results, resultKeys.record(project, run), runSchema);
  if (record?.batch !== batch) {
    throw new FiducialError('INVALID_COMMIT', `Expected retryOf to name a run of batch ${batch}, got "${run}"`);
  }
  const same =
    record.model.sha256 === model.pin.sha256 && record.crop === model.crop && record.detector === model.detector;
  return same ? record : null;
}

/**
 * Reads the earlier run's shards as they are needed: of two listings, both in order of keys, only the part around
 * the current key is in memory.
 */
export class PreviousScores {
  readonly #results: ObjectStore;
  readonly #run: Run;
  readonly #scored = new Map<string, Scored[]>();
  #nextShard = 0;
  #lastKey: Buffer | null = null;

  constructor(results: ObjectStore, run: Run) {
    this.#results = results;
    this.#run = run;
  }

  /** Shards that end before this key are not read. */
  async skipTo(key: string): Promise<void> {
    this.#nextShard = (await keyRange(this.#results, this.#run, key)).from;
  }

  /** For plans in another order than that of keys. */
  async readAll(): Promise<void> {
    while (this.#nextShard < this.#run.shards) await this.#readShard();
  }

  /** Where this item was scored, each place once. */
  async take(item: PlanItem): Promise<Place | null> {
    const key = Buffer.from(item.key);
    while (this.#nextShard < this.#run.shards && (!this.#lastKey || Buffer.compare(this.#lastKey, key) <= 0)) {
      await this.#readShard();
    }
    const identity = identityOf(item);
    const [found, ...others] = this.#scored.get(identity) ?? [];
    if (others.length > 0) this.#scored.set(identity, others);
    else this.#scored.delete(identity);
    return found && found.etag === item.etag ? found.place : null;
  }

  async #readShard(): Promise<void> {
    const { project, run, attempt } = this.#run;
    const shard = shardId(this.#nextShard++);
    const planKey = resultKeys.planShard(project, run, attempt, shard);
    const predictionsKey = resultKeys.predictionShard(project, run, shard);
    const [plan, predictions] = await Promise.all([
      readBody(this.#results, planKey),
      readBody(this.#results, predictionsKey),
    ]);
    if (!plan) return;
    const items = decodeLines(plan, planItemSchema, planKey);
    const outcomes = predictions ? decodeLines(predictions, predictionSchema, predictionsKey) : [];
    for (const [line, item] of items.entries()) {
      if (outcomes[line]?.outcome !== 'scored') continue;
      const identity = identityOf(item);
      const scored = { etag: item.etag, place: { shard, line } };
      this.#scored.set(identity, [...(this.#scored.get(identity) ?? []), scored]);
    }
    const last = items.at(-1);
    if (last) this.#lastKey = Buffer.from(last.key);
  }
}

function identityOf({ key, box }: PlanItem): string {
  return box ? `${key}\0${JSON.stringify(box)}` : key;
}
