/**
 * Where models are looked for: the project's own in the store, those in `shared/`, and those that ship with the code
 * (`models/<name>/`, which count as shared). ONNX files from the store are kept on disk by digest.
 */
import type { ModelCard } from '../domain/modelCard.ts';
import { imagesSeen } from '../domain/split.ts';
import type { ObjectStore } from '../storage/ports.ts';
import { cachedBytes } from './diskCache.ts';
import { checkedPackage, type ModelPackage } from './package.ts';
import { type ModelReference, parseReference, SHARED, unknownModel } from './reference.ts';
import { shippedCard, shippedCards, shippedPackage, shippedSplit } from './shipped.ts';
import { registeredCard, registeredNames, registeredOnnx, trainingSplit } from './stored.ts';

export interface CatalogOptions {
  /** Null: only what ships. */
  readonly store: ObjectStore | null;
  /** Folder of the packages that ship; null: none. */
  readonly shipped: string | null;
  /** Folder for ONNX files from the store; null: fetched each time. */
  readonly cache: string | null;
}

export interface FoundModel {
  /** The project that holds it, or `shared`. */
  readonly owner: string;
  readonly card: ModelCard;
}

export class ModelCatalog {
  readonly #options: CatalogOptions;

  constructor(options: CatalogOptions) {
    this.#options = options;
  }

  /** Throws UNKNOWN_MODEL, which lists what exists; INVALID_INPUT on what is no reference. */
  async find(project: string, reference: string): Promise<FoundModel> {
    const wanted = parseReference(reference);
    const { store, shipped } = this.#options;
    for (const owner of wanted.sharedOnly ? [SHARED] : [project, SHARED]) {
      const card = store && (await registeredCard(store, owner, wanted));
      if (card) return { owner, card };
    }
    const card = shipped && (await shippedCard(shipped, wanted));
    if (card) return { owner: SHARED, card };
    throw unknownModel(reference, await this.names(project));
  }

  /** `find`, and the ONNX file, held to its card. Throws INVALID_MODEL too. */
  async load(project: string, reference: string): Promise<ModelPackage & { readonly owner: string }> {
    const { owner, card } = await this.find(project, reference);
    return { owner, ...(await this.open(owner, card)) };
  }

  /** The package of a card that `find` gave. */
  async open(owner: string, card: ModelCard): Promise<ModelPackage> {
    const { store, shipped, cache } = this.#options;
    const wanted: ModelReference = { name: card.name, at: card.version, sharedOnly: owner === SHARED };
    const there = shipped && owner === SHARED && (await shippedCard(shipped, wanted));
    if (there && there.sha256 === card.sha256) return await shippedPackage(shipped, card.name);
    if (!store) throw unknownModel(`${card.name}@${card.version}`, await this.names(owner));
    const bytes = await cachedBytes(cache, card.sha256, () => registeredOnnx(store, owner, card));
    return checkedPackage(JSON.stringify(card), bytes, `${owner}/${card.name}@${card.version}`);
  }

  /** sha256 of the images that this model was trained on: by the split of its training run. Null where that is not known. */
  async imagesSeen(owner: string, card: ModelCard): Promise<ReadonlySet<string> | null> {
    const { store, shipped } = this.#options;
    const own = store && card.trainingRun !== null && (await trainingSplit(store, owner, card.trainingRun));
    const split = own || (shipped && owner === SHARED ? await shippedSplit(shipped, card) : null);
    return split && imagesSeen(split);
  }

  /** Names that a project may use, in order. */
  async names(project: string): Promise<string[]> {
    const { store, shipped } = this.#options;
    const own = store ? await registeredNames(store, project) : [];
    const shared = store ? await registeredNames(store, SHARED) : [];
    const shipping = shipped ? (await shippedCards(shipped)).map(({ name }) => name) : [];
    return [...new Set([...own, ...shared, ...shipping])].sort();
  }
}
