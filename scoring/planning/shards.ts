/** Cuts the items of a plan into shards and writes them under the plan's own attempt. */
import { FiducialError } from '../../domain/errors.ts';
import { resultKeys, shardId } from '../../domain/keys.ts';
import { type PlanItem, planItemSchema } from '../../domain/records.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { BackgroundWrites } from '../backgroundWrites.ts';
import { decodeLines, encodeLines } from '../jsonl.ts';
import { createObject } from '../objects.ts';
import type { PlanNames } from '../records.ts';
import { MAX_SHARD, SIZE_IS_SURE, shardSizeFor } from './limits.ts';

const MOST_SHARDS = 1_000_000;

export interface PlanPlace {
  readonly project: string;
  readonly run: string;
  readonly attempt: string;
}

/**
 * The first call of an attempt, which nobody else knows of, writes several shards at once. A call that continues one
 * may have a twin, since messages come twice: it writes one shard after the other, if absent, and where it loses takes
 * over the winner's shard and goes on after that one's last item, so that twins agree on every shard.
 */
export class ShardWriter {
  readonly #results: ObjectStore;
  readonly #place: PlanPlace;
  readonly #continued: boolean;
  readonly #first: number;
  readonly #firstKeys: string[] = [];
  readonly #writes = new BackgroundWrites();
  #buffer: PlanItem[] = [];
  #size: number | null;
  #shards: number;
  #lastKey: string | null = null;
  items: number;
  bytes: number;

  constructor(
    results: ObjectStore,
    place: PlanPlace,
    from: { readonly shards: number; readonly items: number; readonly bytes: number } | null,
  ) {
    this.#results = results;
    this.#place = place;
    this.#continued = from !== null;
    this.#first = from?.shards ?? 0;
    this.#shards = this.#first;
    this.#size = from ? MAX_SHARD : null;
    this.items = from?.items ?? 0;
    this.bytes = from?.bytes ?? 0;
  }

  get shards(): number {
    return this.#shards;
  }

  get shardSize(): number {
    return this.#size ?? shardSizeFor(this.items);
  }

  /** Of what is written. Null before the first shard. */
  get lastKey(): string | null {
    return this.#lastKey;
  }

  /** True where a twin's shard was taken over: the listing has to start anew, after `lastKey`. */
  async add(item: PlanItem): Promise<boolean> {
    this.#buffer.push(item);
    this.items++;
    this.bytes += item.bytes ?? 0;
    if (this.#size === null && this.#buffer.length >= SIZE_IS_SURE) this.#size = MAX_SHARD;
    return this.#size !== null && this.#buffer.length >= this.#size && (await this.#writeFull());
  }

  /** Writes what is left. True as in `add`. */
  async end(): Promise<boolean> {
    this.#size ??= shardSizeFor(this.items);
    if (await this.#writeFull()) return true;
    if (this.#buffer.length > 0 && (await this.#write(this.#buffer.splice(0)))) return true;
    await this.#settled();
    return false;
  }

  /** Writes whole shards only; what is left over is listed again by the call that continues. */
  async suspend(): Promise<void> {
    this.#size ??= MAX_SHARD;
    await this.#writeFull();
    for (const { bytes } of this.#buffer) this.bytes -= bytes ?? 0;
    this.items -= this.#buffer.length;
    this.#buffer = [];
    await this.#settled();
  }

  /** Writes the first keys of this call's shards, where it wrote any. */
  async writeNames(sorted: boolean): Promise<void> {
    if (this.#firstKeys.length === 0) return;
    const { project, run, attempt } = this.#place;
    const names: PlanNames = { first: this.#first, sorted, firstKeys: this.#firstKeys };
    const key = `${resultKeys.planNames(project, run, attempt)}${shardId(this.#first)}.json`;
    await this.#results.put(key, JSON.stringify(names), { contentType: 'application/json' });
  }

  async #writeFull(): Promise<boolean> {
    const size = this.#size!;
    const whole = this.#buffer.length - (this.#buffer.length % size);
    const full = this.#buffer.slice(0, whole);
    this.#buffer = this.#buffer.slice(whole);
    for (let from = 0; from < whole; from += size) {
      // A call that continues has at most one full shard here, so nothing follows a shard that was taken over.
      if (await this.#write(full.slice(from, from + size))) return true;
    }
    return false;
  }

  async #write(items: PlanItem[]): Promise<boolean> {
    if (this.#shards >= MOST_SHARDS) throw new FiducialError('LIMIT_EXCEEDED', 'Expected at most a million shards');
    const { project, run, attempt } = this.#place;
    const key = resultKeys.planShard(project, run, attempt, shardId(this.#shards++));
    this.#note(items);
    if (this.#continued) return this.#writeOrTakeOver(key, items);
    await this.#writes.add(this.#results.put(key, encodeLines(items), { contentType: 'application/jsonl' }));
    if (this.#writes.failed) await this.#settled();
    return false;
  }

  async #writeOrTakeOver(key: string, items: PlanItem[]): Promise<boolean> {
    const body = encodeLines(items);
    if (await createObject(this.#results, key, body)) return false;
    const { body: winner } = await this.#results.get(key);
    if (winner.equals(body)) return false;
    this.#firstKeys.pop();
    for (const item of [...items, ...this.#buffer.splice(0)]) this.#count(item, -1);
    const theirs = decodeLines(winner, planItemSchema, key);
    for (const item of theirs) this.#count(item, 1);
    this.#note(theirs);
    return true;
  }

  #note(items: readonly PlanItem[]): void {
    this.#firstKeys.push(items[0]!.key);
    this.#lastKey = items.at(-1)!.key;
  }

  #count({ bytes }: PlanItem, sign: 1 | -1): void {
    this.items += sign;
    this.bytes += sign * (bytes ?? 0);
  }

  async #settled(): Promise<void> {
    await this.#writes.settled();
    this.#writes.check();
  }
}
