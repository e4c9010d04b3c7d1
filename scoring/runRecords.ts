/** What of the runs that a worker is busy with never changes, so that it is read once. */
import { z } from 'zod';
import { resultKeys } from '../domain/keys.ts';
import { type Run, runSchema, sha256Schema } from '../domain/records.ts';
import type { ObjectStore } from '../storage/ports.ts';
import { readJson } from './objects.ts';

const KEPT = 100;
/** Lists of images that models were trained on: 64 bytes an image and more. */
const SEEN_KEPT = 4;
const digestsSchema = z.array(sha256Schema);

export class RunRecords {
  readonly #results: ObjectStore;
  readonly #known = new Map<string, Run>();
  readonly #seen = new Map<string, ReadonlySet<string>>();

  constructor(results: ObjectStore) {
    this.#results = results;
  }

  /** Null where there is none: it was deleted. */
  async get(project: string, run: string): Promise<Run | null> {
    const key = resultKeys.record(project, run);
    const record = this.#known.get(key) ?? (await readJson(this.#results, key, runSchema));
    if (!record) return null;
    keep(this.#known, key, record, KEPT);
    return record;
  }

  /** sha256 of the images that the run's model was trained on; null where that is not known. */
  async imagesSeen({ project, run, attempt, imagesSeen }: Run): Promise<ReadonlySet<string> | null> {
    if (imagesSeen === undefined) return null;
    const key = resultKeys.planSeen(project, run, attempt);
    const known = this.#seen.get(key);
    const images = known ?? new Set(await readJson(this.#results, key, digestsSchema));
    keep(this.#seen, key, images, SEEN_KEPT);
    return images;
  }
}

/** The `most` that were used last stay. */
function keep<T>(known: Map<string, T>, key: string, value: T, most: number): void {
  known.delete(key);
  known.set(key, value);
  if (known.size > most) known.delete(known.keys().next().value!);
}
