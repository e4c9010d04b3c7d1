/** Ground truth that came after the run, dealt out to the run's items by key. */
import { FiducialError } from '../domain/errors.ts';
import { type CropRule, manifestEntrySchema, type PlanItem, type TruthFace } from '../domain/records.ts';
import { type LinePlace, linePlaces } from './jsonl.ts';
import { parseJson } from './planning/messages.ts';

/**
 * Lines in the form of `images.jsonl`; those without keypoints are left out. Held as the bytes they came as, and
 * parsed when they are dealt.
 */
export class LateTruth {
  readonly #body: Buffer;
  /** Lines of each key, in order. */
  readonly #places = new Map<string, LinePlace[]>();
  /** Items that the run has of each key with several lines. */
  readonly #items = new Map<string, number>();
  readonly #dealt = new Map<string, number>();

  /** INVALID_MANIFEST with the number of the line. */
  constructor(body: Buffer) {
    this.#body = body;
    for (const [i, place] of linePlaces(body).entries()) {
      const parsed = manifestEntrySchema.safeParse(this.#read(place));
      if (!parsed.success) {
        throw new FiducialError('INVALID_MANIFEST', `Expected {key, keypoints, ...} in line ${i + 1} of the truth`);
      }
      const { key, keypoints } = parsed.data;
      if (!keypoints) continue;
      const places = this.#places.get(key);
      if (places) places.push(place);
      else this.#places.set(key, [place]);
    }
  }

  /** Has to be done before truths are dealt. Under `detect` a key is one item, and nothing needs counting. */
  async countItems(shards: AsyncIterable<{ readonly items: readonly PlanItem[] }>, crop: CropRule): Promise<void> {
    const several = [...this.#places.values()].some((places) => places.length > 1);
    if (crop === 'detect' || !several) return;
    for await (const { items } of shards) {
      for (const { key } of items) {
        if ((this.#places.get(key)?.length ?? 0) > 1) this.#items.set(key, (this.#items.get(key) ?? 0) + 1);
      }
    }
  }

  /**
   * Truths of these items, the next in plan order. The n-th item of a key has the key's n-th line; the last item has
   * the rest too, so that no truth is dropped.
   */
  deal(items: readonly PlanItem[]): TruthFace[][] {
    return items.map(({ key }) => {
      const places = this.#places.get(key) ?? [];
      const nth = this.#dealt.get(key) ?? 0;
      const last = nth + 1 >= (this.#items.get(key) ?? 1);
      if (places.length > 0) this.#dealt.set(key, nth + 1);
      return (last ? places.slice(nth) : places.slice(nth, nth + 1)).map((place) => this.#face(place));
    });
  }

  #face(place: LinePlace): TruthFace {
    const { box, keypoints, layout, group } = manifestEntrySchema.parse(this.#read(place));
    return { box: box ?? null, keypoints: keypoints ?? null, layout: layout ?? null, group: group ?? null };
  }

  #read({ from, to }: LinePlace): unknown {
    return parseJson(this.#body.toString('utf8', from, to + 1));
  }
}
