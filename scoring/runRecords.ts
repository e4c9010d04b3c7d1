/** run.json of the runs that a worker is busy with. It never changes, so it is read once. */
import { resultKeys } from '../domain/keys.ts';
import { type Run, runSchema } from '../domain/records.ts';
import type { ObjectStore } from '../storage/ports.ts';
import { readJson } from './objects.ts';

const KEPT = 100;

export class RunRecords {
  readonly #results: ObjectStore;
  readonly #known = new Map<string, Run>();

  constructor(results: ObjectStore) {
    this.#results = results;
  }

  /** Null where there is none: it was deleted. */
  async get(project: string, run: string): Promise<Run | null> {
    const key = resultKeys.record(project, run);
    const record = this.#known.get(key) ?? (await readJson(this.#results, key, runSchema));
    if (!record) return null;
    this.#known.delete(key);
    this.#known.set(key, record);
    if (this.#known.size > KEPT) this.#known.delete(this.#known.keys().next().value!);
    return record;
  }
}
