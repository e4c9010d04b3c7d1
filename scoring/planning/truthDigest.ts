/** Names a batch's ground truth: a chain of hashes over the items that have any, so that it can be streamed. */
import { createHash } from 'node:crypto';
import type { PlanItem } from '../../domain/records.ts';

export class TruthDigest {
  #state: string | null = null;

  add({ key, truths }: PlanItem): void {
    if (!truths.some(({ keypoints }) => keypoints !== null)) return;
    this.#state = createHash('sha256')
      .update(this.#state ?? '')
      .update(JSON.stringify([key, truths]))
      .digest('hex');
  }

  /** Null where no item has any. */
  get value(): string | null {
    return this.#state;
  }
}
