/** Upload policies: each is bound to a key prefix of one batch, a size range, and minutes. */
import { FiducialError } from '../domain/errors.ts';
import { uploadKeys } from '../domain/keys.ts';
import type { UploadPolicy } from '../storage/ports.ts';
import type { ApiParts } from './ports.ts';

export interface UploadView extends UploadPolicy {
  /** The one key to upload to; null where any below the prefix will do. */
  readonly key: string | null;
  readonly minBytes: number;
  readonly maxBytes: number;
}

/** Images of any tree below `images/`. */
export async function signImages(parts: ApiParts, project: string, batch: string): Promise<UploadView> {
  const { minImageBytes: minBytes, maxImageBytes: maxBytes } = parts.settings;
  return sign(parts, uploadKeys.images(project, batch), null, minBytes, maxBytes);
}

/** The manifest `images.jsonl`. */
export function signManifest(parts: ApiParts, project: string, batch: string): Promise<UploadView> {
  return signOne(parts, uploadKeys.manifest(project, batch));
}

/** Ground truth that comes later, by its digest. */
export function signTruth(parts: ApiParts, project: string, batch: string, digest: string | null): Promise<UploadView> {
  if (!digest)
    throw new FiducialError('INVALID_INPUT', 'Expected `truth`, the sha256 of the file, where `what` is TRUTH');
  return signOne(parts, uploadKeys.truth(project, batch, digest));
}

/** A policy's prefix has to be shorter than the key; but for the last letter it is the key. */
function signOne(parts: ApiParts, key: string): Promise<UploadView> {
  return sign(parts, key.slice(0, -1), key, 1, parts.settings.maxManifestBytes);
}

async function sign(
  { stores, settings }: ApiParts,
  keyPrefix: string,
  key: string | null,
  minBytes: number,
  maxBytes: number,
): Promise<UploadView> {
  const request = { keyPrefix, minBytes, maxBytes, expiresInSeconds: settings.uploadSeconds };
  return { ...(await stores.uploads.signUpload(request)), key, minBytes, maxBytes };
}
