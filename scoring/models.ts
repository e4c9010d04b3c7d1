/** Models as scoring needs them: resolved for a plan, loaded for a child. */
import type { ModelCard } from '../domain/modelCard.ts';
import type { ModelCatalog } from '../inference/catalog.ts';
import { readDetectorPackage } from '../inference/detectorPackage.ts';
import type { ModelResolver, ResolvedModel, ScoringModel } from './ports.ts';
import type { ModelPayload } from './worker/protocol.ts';

export function resolvedModel(owner: string, card: ModelCard): ResolvedModel {
  const { name, version, sha256, layout, points, crop } = card;
  return { pin: { owner, name, version, sha256, layout, points }, crop };
}

/** `detectorFolder`: the package of the face detector. */
export function modelResolver(catalog: ModelCatalog, detectorFolder: string): ModelResolver {
  return {
    resolve: async (project, reference) => {
      const { owner, card } = await catalog.find(project, reference);
      return resolvedModel(owner, card);
    },
    detector: async () => (await readDetectorPackage(detectorFolder)).card.sha256,
  };
}

/** The very version that a run pinned. UNKNOWN_MODEL, INVALID_MODEL. */
export async function loadPinned(catalog: ModelCatalog, project: string, model: ScoringModel): Promise<ModelPayload> {
  const { owner, name, version } = model.pin;
  const reference = `${owner === 'shared' ? 'shared/' : ''}${name}@${version}`;
  const { card, bytes } = await catalog.load(owner === 'shared' ? project : owner, reference);
  return { model, card: JSON.stringify(card), bytes };
}
