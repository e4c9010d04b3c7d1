/** An ItemScorer whose decoding and inference happen in a child process, several shards at once. */
import type { ItemOutcome, ItemScorer, ScoreItemsOptions, ScoringItem, ScoringModel } from '../ports.ts';
import { AsyncQueue } from './queue.ts';
import { Slots } from './slots.ts';
import { Supervisor, type SupervisorOptions } from './supervisor.ts';

export interface ChildScorerOptions extends SupervisorOptions {
  /** Images with the child at once. */
  readonly window: number;
  /** Bytes of image files with the child at once. */
  readonly windowBytes: number;
}

export class ChildScorer implements ItemScorer {
  readonly #supervisor: Supervisor;
  readonly #slots: Slots;
  #nextJob = 0;

  constructor(options: ChildScorerOptions) {
    this.#supervisor = new Supervisor(options);
    this.#slots = new Slots(options.window, options.windowBytes);
  }

  /** Of the child; undefined while there is none. */
  get pid(): number | undefined {
    return this.#supervisor.pid;
  }

  /** Ends the child. What is not answered yet fails with ABORTED. */
  close(): Promise<void> {
    return this.#supervisor.close();
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
        await this.#slots.take(job, image.bytes.length);
        if (stop.aborted) {
          this.#slots.give(image.bytes.length);
          break;
        }
        const one: Promise<void> = this.#supervisor
          .submit(model, image)
          .then(
            (prediction) => outcomes.push({ index: image.index, prediction }),
            (error: unknown) => outcomes.push({ error }),
          )
          .finally(() => {
            this.#slots.give(image.bytes.length);
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
