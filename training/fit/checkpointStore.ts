/** Where checkpoints go. The port is small, so that a training job's object store can stand behind it too. */
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FiducialError } from '../../domain/errors.ts';

export interface CheckpointStore {
  /** Replaces whole, or not at all. */
  save(bytes: Uint8Array, name: string): Promise<void>;
  /** Null where there is none of that name. */
  load(name: string): Promise<Uint8Array | null>;
}

/** The last position, which a resumed run goes on from. */
export const LAST = 'last.ckpt';
/** The epoch whose metric was best. */
export const BEST = 'best.ckpt';

/** A folder of files. A kill at any moment leaves the old file or the new one. Throws INVALID_INPUT on a name that is a path. */
export function fileCheckpoints(folder: string): CheckpointStore {
  return {
    save: async (bytes, name) => {
      await mkdir(folder, { recursive: true });
      const path = pathOf(folder, name);
      const partial = `${path}.partial`;
      const file = await open(partial, 'w');
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(partial, path).catch(async (error: unknown) => {
        await rm(partial, { force: true });
        throw error;
      });
      await syncFolder(folder);
    },
    load: async (name) => {
      try {
        return await readFile(pathOf(folder, name));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
        throw error;
      }
    },
  };
}

function pathOf(folder: string, name: string): string {
  if (!/^[\w.-]+$/.test(name)) {
    throw new FiducialError(
      'INVALID_INPUT',
      `Expected a plain file name for a checkpoint, got ${JSON.stringify(name)}`,
    );
  }
  return join(folder, name);
}

/** Makes the rename itself durable. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
