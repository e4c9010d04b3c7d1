/**
 * Deletion begins with a tombstone, and every writer looks for it after it has written: of the two, whichever comes
 * second sees the other, so nothing of a deleted run stays.
 */
import { resultKeys } from '../domain/keys.ts';
import type { ObjectStore } from '../storage/ports.ts';

export async function isDeleted(results: ObjectStore, project: string, run: string): Promise<boolean> {
  return (await results.head(resultKeys.deleted(project, run))) !== null;
}

export async function isBatchDeleted(results: ObjectStore, project: string, batch: string): Promise<boolean> {
  return (await results.head(resultKeys.deletedBatch(project, batch))) !== null;
}
