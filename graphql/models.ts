/** Models as the API shows them, read once a request. */
import { isFiducialError } from '../domain/errors.ts';
import type { ModelCard } from '../domain/modelCard.ts';
import { listVersions } from '../training/registry.ts';
import { once } from './pages.ts';
import type { ApiContext } from './ports.ts';

export interface ModelView {
  readonly owner: string;
  readonly name: string;
}

export interface VersionView {
  readonly owner: string;
  readonly card: ModelCard;
}

export const SHARED = 'shared';

/** Null where there is none. */
export function loadVersion(
  context: ApiContext,
  owner: string,
  name: string,
  version: string | null,
): Promise<VersionView | null> {
  const place = owner === SHARED ? `${SHARED}/${name}` : name;
  return once(context, `card ${owner} ${name} ${version}`, async () => {
    const found = await findModel(context, owner, version === null ? place : `${place}@${version}`);
    return found?.owner === owner ? found : null;
  });
}

/** Null where nothing of the project or of `shared` has this reference. */
export async function findModel(
  { parts }: ApiContext,
  project: string,
  reference: string,
): Promise<VersionView | null> {
  try {
    return await parts.models.find(project, reference);
  } catch (error) {
    if (isFiducialError(error, 'UNKNOWN_MODEL')) return null;
    throw error;
  }
}

/** Newest first: those in the store, and the one that ships. */
export function versionsOf(context: ApiContext, { owner, name }: ModelView): Promise<string[]> {
  return once(context, `versions ${owner} ${name}`, async () => {
    const stored = (await listVersions(context.parts.stores.models, owner, name)).map(({ version }) => version);
    const meant = (await loadVersion(context, owner, name, null))?.card.version;
    return meant === undefined || stored.includes(meant) ? stored : [...stored, meant];
  });
}

export async function loadModel(context: ApiContext, owner: string, name: string): Promise<ModelView | null> {
  const versions = await versionsOf(context, { owner, name });
  return versions.length === 0 ? null : { owner, name };
}
