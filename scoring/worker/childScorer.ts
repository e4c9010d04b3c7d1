/**
 * An ItemScorer whose decoding and inference happen in child processes, several shards at once. One a core with one
 * thread each is a fifth faster than one with all threads: a network's threads wait for each other at every operator,
 * and wherever a decoder has taken one's core, all of them do.
 */
import type { Prediction } from '../../domain/records.ts';
import {
  contentBytes,
  type ItemOutcome,
  type ItemScorer,
  type ScoreItemsOptions,
  type ScoringItem,
  type ScoringModel,
} from '../ports.ts';
import { AsyncQueue } from './queue.ts';
import { Slots } from './slots.ts';
import { Supervisor, type SupervisorOptions } from './supervisor.ts';

export interface ChildScorerOptions extends SupervisorOptions {
  /** Child processes at most; each is started when those before it have a batch of work. Default: 1. */
  readonly processes?: number;
  /** Images with one process at once. */
  readonly window: number;
  /** Bytes of image files with all of them at once. */
  readonly windowBytes: number;
}

/** Images that a process has before the next one is started: fewer are scored before it is ready. */
const WORTH_A_START = 8;

interface Lane {
  readonly supervisor: Supervisor;
  inFlight: number;
}

export class ChildScorer implements ItemScorer {
  readonly #lanes: readonly Lane[];
  readonly #slots: Slots;
  #nextJob = 0;

  constructor(options: ChildScorerOptions) {
    const { processes = 1, window, windowBytes } = options;
    this.#lanes = Array.from({ length: processes }, () => ({ supervisor: new Supervisor(options), inFlight: 0 }));
    this.#slots = new Slots(processes * window, windowBytes);
  }

  /** Of the children that there are. */
  get pids(): number[] {
    return this.#lanes.flatMap(({ supervisor: { pid } }) => pid ?? []);
  }

  /** Ends the children. What is not answered yet fails with ABORTED. */
  async close(): Promise<void> {
    await Promise.all(this.#lanes.map(({ supervisor }) => supervisor.close()));
  }

  /** The one with the least to do, of those that run or are worth a start. */
  #lane(): Lane {
    const load = ({ supervisor, inFlight }: Lane) =>
      inFlight === 0 && supervisor.pid === undefined ? WORTH_A_START : inFlight;
    return this.#lanes.reduce((least, lane) => (load(lane) < load(least) ? lane : least));
  }

  async #submit(model: ScoringModel, image: ScoringItem): Promise<Prediction> {
    const lane = this.#lane();
    lane.inFlight++;
    try {
      return await lane.supervisor.submit(model, image);
    } finally {
      lane.inFlight--;
    }
  }

  async *score(
    model: ScoringModel,
    items: AsyncIterable<ScoringItem>,
    { signal }: ScoreItemsOptions,
  ): AsyncGenerator<ItemOutcome> {
    const outcomes = new AsyncQueue<ItemOutcome | { readonly error: unknown }>();
    const local = new AbortController();
    const stop = AbortSignal.any([signal, local.signal]);
    const onAbort = () => outcomes.push({ error: stop.reason });
    stop.addEventListener('abort', onAbort, { once: true });
    const feeding = this.#feed(model, items, outcomes, stop);
    try {
      for await (const outcome of outcomes) {
        if ('error' in outcome) throw outcome.error;
        yield outcome;
      }
    } finally {
      stop.removeEventListener('abort', onAbort);
      local.abort();
      await feeding;
    }
  }

  async #feed(
    model: ScoringModel,
    items: AsyncIterable<ScoringItem>,
    outcomes: AsyncQueue<ItemOutcome | { readonly error: unknown }>,
    stop: AbortSignal,
  ): Promise<void> {
    const job = this.#nextJob++;
    const underWay = new Set<Promise<void>>();
    try {
      for await (const image of items) {
        const bytes = contentBytes(image.content);
        await this.#slots.take(job, bytes);
        if (stop.aborted) {
          this.#slots.give(bytes);
          break;
        }
        const one: Promise<void> = this.#submit(model, image)
          .then(
            (prediction) => outcomes.push({ index: image.index, prediction }),
            (error: unknown) => outcomes.push({ error }),
          )
          .finally(() => {
            this.#slots.give(bytes);
            underWay.delete(one);
          });
        underWay.add(one);
      }
      if (!stop.aborted) await Promise.all(underWay);
      outcomes.close();
    } catch (error) {
      outcomes.push({ error });
    }
  }
}
