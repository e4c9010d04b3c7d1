/**
 * The index of failed items, all and by code, in plan order: pages are written as they fill, a few at once, so memory
 * is bounded.
 */
import { resultKeys } from '../../domain/keys.ts';
import type { Run } from '../../domain/records.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { BackgroundWrites } from '../backgroundWrites.ts';
import { encodeLines } from '../jsonl.ts';
import { contentTypeOf } from '../objects.ts';
import { ALL_CODES, PAGE_ENTRIES, pageId } from '../pages.ts';
import type { FailureEntry, ShardSummary } from '../records.ts';

interface OpenPage {
  index: number;
  entries: FailureEntry[];
}

export class FailurePages {
  readonly #results: ObjectStore;
  readonly #run: Pick<Run, 'project' | 'run'>;
  readonly #open = new Map<string, OpenPage>();
  readonly #writes = new BackgroundWrites();

  constructor(results: ObjectStore, run: Pick<Run, 'project' | 'run'>) {
    this.#results = results;
    this.#run = run;
  }

  /** Shards in plan order. Throws what a write before this one threw. */
  async add({ shard, failures }: Pick<ShardSummary, 'shard' | 'failures'>): Promise<void> {
    for (const failure of failures) {
      const entry = { ...failure, shard };
      await this.#addTo(ALL_CODES, entry);
      await this.#addTo(failure.code, entry);
    }
  }

  /** Every page is there when it returns. */
  async end(): Promise<void> {
    for (const [code, page] of this.#open) if (page.entries.length > 0) await this.#write(code, page);
    await this.settled();
    this.#writes.check();
  }

  /** Until nothing is being written. Never throws: for whoever gives up. */
  async settled(): Promise<void> {
    await this.#writes.settled();
  }

  async #addTo(code: string, entry: FailureEntry): Promise<void> {
    const page = this.#open.get(code) ?? { index: 0, entries: [] };
    this.#open.set(code, page);
    page.entries.push(entry);
    if (page.entries.length < PAGE_ENTRIES) return;
    await this.#write(code, page);
    this.#open.set(code, { index: page.index + 1, entries: [] });
  }

  async #write(code: string, { index, entries }: OpenPage): Promise<void> {
    this.#writes.check();
    const key = resultKeys.failures(this.#run.project, this.#run.run, code, pageId(index));
    await this.#writes.add(this.#results.put(key, encodeLines(entries), { contentType: contentTypeOf(key) }));
  }
}
