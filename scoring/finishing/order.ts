/** The order "worst first" over a whole run. */
import type { OrderEntry } from '../records.ts';

/** Missed faces first; then by NME, by pixels where there is none; then by place, so that the order is total. */
export function worstEntryFirst(a: OrderEntry, b: OrderEntry): number {
  return (
    Number(b.face === null) - Number(a.face === null) ||
    (b.nme ?? -1) - (a.nme ?? -1) ||
    (b.maePx ?? 0) - (a.maePx ?? 0) ||
    comparePlaces(a, b)
  );
}

function comparePlaces(a: OrderEntry, b: OrderEntry): number {
  if (a.shard !== b.shard) return a.shard < b.shard ? -1 : 1;
  return a.line - b.line || a.truth - b.truth;
}

/** The first `kept` entries of the order, whatever the order they come in; never more than twice as many in memory. */
export class WorstEntries {
  readonly #kept: number;
  #entries: OrderEntry[] = [];

  constructor(kept: number) {
    this.#kept = kept;
  }

  add(entries: readonly OrderEntry[]): void {
    for (const entry of entries) {
      this.#entries.push(entry);
      if (this.#entries.length >= 2 * this.#kept) this.#cut();
    }
  }

  get(): readonly OrderEntry[] {
    this.#cut();
    return this.#entries;
  }

  #cut(): void {
    this.#entries.sort(worstEntryFirst);
    this.#entries.length = Math.min(this.#entries.length, this.#kept);
  }
}
