/** Models as planning pins them and as the scoring process gets them, from the catalog of packages. */
import { FiducialError } from '../domain/errors.ts';
import type { ModelCatalog } from '../inference/catalog.ts';
import type { DetectorPackage } from '../inference/detectorPackage.ts';
import { SHARED } from '../inference/reference.ts';
import type { ModelResolver, ScoringModel } from './ports.ts';
import type { ModelPayload, PredictorTuning } from './worker/protocol.ts';

export interface ModelSources {
  readonly catalog: ModelCatalog;
  /** UNKNOWN_MODEL where this installation has no detector. */
  detector(): Promise<DetectorPackage>;
}

export function modelResolver({ catalog, detector }: ModelSources): ModelResolver {
  return {
    async resolve(project, reference) {
      const { owner, card } = await catalog.find(project, reference);
      const { name, version, sha256, layout, points, crop } = card;
      const pin = { owner, name, version, sha256, layout, points };
      return { pin, crop, imagesSeen: () => catalog.imagesSeen(owner, card) };
    },
    detector: async () => (await detector()).card.sha256,
  };
}

/**
 * The package that a run pinned. Throws UNKNOWN_MODEL where it is gone, INVALID_MODEL where another one is in its
 * place: results of one run never come from two networks.
 */
export async function loadPinned(
  { catalog, detector }: ModelSources,
  model: ScoringModel,
  tuning: PredictorTuning = {},
): Promise<ModelPayload> {
  const { owner, name, version, sha256 } = model.pin;
  const reference = `${owner === SHARED ? `${SHARED}/` : ''}${name}@${version}`;
  const { card, bytes } = await catalog.load(owner, reference);
  checkDigest(reference, sha256, card.sha256);
  const payload = { model, card: JSON.stringify(card), bytes, tuning };
  if (model.crop !== 'detect') return payload;
  const found = await detector();
  checkDigest('the face detector', model.detector ?? '', found.card.sha256);
  return { ...payload, detector: { card: JSON.stringify(found.card), bytes: found.bytes } };
}

function checkDigest(what: string, pinned: string, found: string): void {
  if (pinned === found) return;
  throw new FiducialError(
    'INVALID_MODEL',
    `Expected ${what} to have the sha256 that the run pinned, ${pinned}, got ${found}; commit the batch again`,
  );
}
