/**
 * Deletion. Faces are personal data: a tombstone comes first, and what writes after it looks for it (tombstones.ts).
 * `deleteRun` and `deleteBatch` answer at once; the objects go by a message to the planner, and the sweep sends it
 * again as long as the marker of the deletion is there.
 */
import { FiducialError } from '../domain/errors.ts';
import { resultKeys, uploadKeys } from '../domain/keys.ts';
import { rejectedSchema, runSchema } from '../domain/records.ts';
import type { ObjectStore, Stores } from '../storage/ports.ts';
import { forEach } from './concurrently.ts';
import { createJson, listAll, readJson } from './objects.ts';
import { indexKeys } from './planning/indexes.ts';
import type { DeleteMessage } from './planning/messages.ts';
import type { ScoringParts } from './ports.ts';
import { openRunSchema, type Tombstone, tombstoneSchema } from './records.ts';

const DELETED_AT_ONCE = 16;
/** Upload policies of a deleted batch may be used until they expire; so long its prefix is emptied again and again. */
const UPLOADS_EXPIRE_MS = 86_400_000;

type Parts = Pick<ScoringParts, 'stores' | 'queues' | 'now'>;
type RemoveParts = { readonly stores: Pick<Stores, 'uploads' | 'results'> };

/** Idempotent. NOT_FOUND where there is no such run. Out of every list when it returns. */
export async function deleteRun(parts: Parts, project: string, run: string): Promise<void> {
  const known = await bury(parts, project, run);
  const message: DeleteMessage = { kind: 'delete', project, run };
  await parts.queues.plan.send(JSON.stringify(message), { group: project });
  await removeEntries(parts.stores.results, project, run, known);
  await parts.stores.results.delete(resultKeys.record(project, run));
}

/** The batch, its uploads and commits, and every run of it. Idempotent. */
export async function deleteBatch(parts: Parts, project: string, batch: string): Promise<void> {
  const { results } = parts.stores;
  await createJson(results, resultKeys.deletingBatch(project, batch), {});
  await createJson(results, resultKeys.deletedBatch(project, batch), tombstone(parts, { batch }));
  for await (const run of runsOf(results, project, batch)) await deleteRun(parts, project, run);
  const message: DeleteMessage = { kind: 'delete', project, batch };
  await parts.queues.plan.send(JSON.stringify(message), { group: project });
}

/** Sets the tombstone, which holds what the run's entries are found by. */
async function bury(parts: Pick<Parts, 'stores' | 'now'>, project: string, run: string): Promise<Identity> {
  const { results } = parts.stores;
  const known = await identify(results, project, run);
  if (!known) throw new FiducialError('NOT_FOUND', `Expected a run of project ${project}, got "${run}"`);
  await createJson(results, resultKeys.deletingRun(project, run), {});
  await createJson(results, resultKeys.deleted(project, run), tombstone(parts, known));
  return known;
}

type Identity = Pick<Tombstone, 'batch' | 'model' | 'committedAt'>;

function tombstone(parts: Pick<Parts, 'now'>, known: Partial<Identity>): Tombstone {
  const { batch = null, model = null, committedAt = null } = known;
  return { deletedAt: parts.now().toISOString(), batch, model, committedAt };
}

async function identify(results: ObjectStore, project: string, run: string): Promise<Identity | null> {
  const dead = await readJson(results, resultKeys.deleted(project, run), tombstoneSchema);
  if (dead) return dead;
  const record = await readJson(results, resultKeys.record(project, run), runSchema);
  if (record) return { batch: record.batch, model: record.model.name, committedAt: record.committedAt };
  const other =
    (await readJson(results, resultKeys.rejected(project, run), rejectedSchema)) ??
    (await readJson(results, resultKeys.openRun(project, run), openRunSchema));
  return other && { batch: other.batch, model: null, committedAt: other.committedAt };
}

async function removeEntries(results: ObjectStore, project: string, run: string, known: Identity): Promise<void> {
  const { batch, model, committedAt } = known;
  if (batch === null || committedAt === null) return;
  for (const key of indexKeys({ project, run, batch, committedAt }, model)) await results.delete(key);
}

/** The objects of a run that has a tombstone, of its own or of its batch. Idempotent. */
export async function removeRun(parts: RemoveParts, project: string, run: string): Promise<void> {
  const { results } = parts.stores;
  const known = await identify(results, project, run);
  await removeAll(results, resultKeys.run(project, run));
  await results.delete(resultKeys.openRun(project, run));
  // The entries come late: a deletion of the batch that dies finds its runs by them again.
  if (known) await removeEntries(results, project, run, known);
  await results.delete(resultKeys.deletingRun(project, run));
}

/** Of a batch that has a tombstone. Idempotent. The marker stays until uploads are no longer possible. */
export async function removeBatch(
  parts: RemoveParts & Pick<Parts, 'now'>,
  project: string,
  batch: string,
): Promise<void> {
  const { uploads, results } = parts.stores;
  const dead = await readJson(results, resultKeys.deletedBatch(project, batch), tombstoneSchema);
  if (!dead) return;
  for await (const run of runsOf(results, project, batch)) {
    await bury(parts, project, run);
    await removeRun(parts, project, run);
  }
  await removeAll(uploads, uploadKeys.commitsOf(project, batch));
  await removeAll(uploads, uploadKeys.batch(project, batch));
  const age = parts.now().getTime() - Date.parse(dead.deletedAt);
  if (age > UPLOADS_EXPIRE_MS) await results.delete(resultKeys.deletingBatch(project, batch));
}

/** Ids, from the batch's index. */
async function* runsOf(results: ObjectStore, project: string, batch: string): AsyncGenerator<string> {
  for await (const { key } of listAll(results, resultKeys.batchIndex(project, batch))) {
    yield key.slice(key.lastIndexOf('/') + 1).replace(/^\d+-/, '');
  }
}

async function removeAll(store: ObjectStore, prefix: string): Promise<void> {
  await forEach(listAll(store, prefix), DELETED_AT_ONCE, ({ key }) => store.delete(key));
}
