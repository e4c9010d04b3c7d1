/** Models as a Lambda sees them: in the store. It scores nothing, so that of the detector the card is enough. */
import { ModelCatalog } from '../inference/catalog.ts';
import detectorCard from '../models/detector/card.json' with { type: 'json' };
import { modelResolver } from '../scoring/models.ts';
import type { ModelResolver } from '../scoring/ports.ts';
import type { ObjectStore } from '../storage/ports.ts';

/** Those that ship are in the store too, under `shared/`: functions/publish.ts puts them there. */
export function storedModels(store: ObjectStore): ModelCatalog {
  return new ModelCatalog({ store, shipped: null, cache: null });
}

/** The scorer's image holds the detector of the same commit, and refuses a run that pinned another. */
export function resolverOf(catalog: ModelCatalog): ModelResolver {
  const detector = async () => detectorCard.sha256;
  return { ...modelResolver({ catalog, detector: () => Promise.reject(new Error('not read here')) }), detector };
}
