/** Checkpoints in an object store, behind a lease: each is an object of its own, and the lease points at the current one. */
import { isFiducialError } from '../../domain/errors.ts';
import { modelKeys } from '../../domain/keys.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import type { CheckpointStore } from '../fit/checkpointStore.ts';
import type { TrainingLease } from './lease.ts';

/** `save` throws LEASE_LOST where another trainer took over; what it wrote is then pointed at by nothing. */
export function objectCheckpoints(
  store: ObjectStore,
  project: string,
  training: string,
  lease: TrainingLease,
): CheckpointStore {
  let saved = 0;
  return {
    save: async (bytes, name) => {
      const key = modelKeys.trainingFile(project, training, `checkpoints/${lease.counter}-${++saved}-${name}`);
      await store.put(key, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), {
        contentType: 'application/octet-stream',
      });
      const replaced = await lease.point(name, key);
      if (replaced !== null) await store.delete(replaced);
    },
    load: async (name) => {
      const key = lease.checkpointKey(name);
      if (key === null) return null;
      try {
        return (await store.get(key)).body;
      } catch (error) {
        if (isFiducialError(error, 'NOT_FOUND')) return null;
        throw error;
      }
    },
  };
}
