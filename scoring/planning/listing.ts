/** Items of a batch without a manifest: its images in UTF-8 order of their keys. */
import { uploadKeys } from '../../domain/keys.ts';
import type { PlanItem } from '../../domain/records.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { listAll } from '../objects.ts';

/** `after` is an item's key. */
export async function* listedItems(
  uploads: ObjectStore,
  project: string,
  batch: string,
  after: string | null,
): AsyncGenerator<PlanItem> {
  const prefix = uploadKeys.images(project, batch);
  for await (const { key, etag, bytes } of listAll(uploads, prefix, after === null ? undefined : prefix + after)) {
    // Consoles make folders as empty objects that end with a slash.
    if (key.endsWith('/') && bytes === 0) continue;
    yield { key: key.slice(prefix.length), etag, bytes, box: null, truths: [], copyOf: null };
  }
}
