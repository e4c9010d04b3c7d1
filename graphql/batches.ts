/** Batches as the API reads them. One that was uploaded past the API has no batch.json, and is a batch all the same. */
import { FiducialError } from '../domain/errors.ts';
import { uploadKeys } from '../domain/keys.ts';
import { readJson } from '../scoring/objects.ts';
import { isBatchDeleted } from '../scoring/tombstones.ts';
import { openId } from './ids.ts';
import { once } from './pages.ts';
import type { ApiContext } from './ports.ts';
import { batchSchema } from './records.ts';

export interface BatchView {
  readonly project: string;
  readonly batch: string;
  readonly name: string;
  readonly createdBy: string | null;
  readonly createdAt: string | null;
}

/** Null where there is nothing of it, or it was deleted. Three requests at most. */
export function loadBatch(context: ApiContext, project: string, batch: string): Promise<BatchView | null> {
  return once(context, `batch ${project} ${batch}`, async () => {
    const { uploads, results } = context.parts.stores;
    const [record, deleted] = await Promise.all([
      readJson(uploads, uploadKeys.batchInfo(project, batch), batchSchema),
      isBatchDeleted(results, project, batch),
    ]);
    if (deleted) return null;
    if (record) return record;
    const { objects } = await uploads.list({ prefix: uploadKeys.batch(project, batch), limit: 1 });
    return objects.length === 0 ? null : { project, batch, name: batch, createdBy: null, createdAt: null };
  });
}

/** Of an id argument; NOT_FOUND. */
export async function requireBatch(context: ApiContext, id: string): Promise<BatchView> {
  const { project, parts } = openId(context, 'Batch', id);
  const batch = await loadBatch(context, project, parts[0]!);
  if (batch) return batch;
  throw new FiducialError('NOT_FOUND', `Expected a batch, got "${id}", which does not exist or was deleted`);
}
