/** Files that others may read at any time. */
import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';

/** The file is there whole, or as it was before; nothing else is left behind. Throws what the file system throws. */
export async function writeWhole(path: string, body: string | Uint8Array): Promise<void> {
  const partial = `${path}.${randomUUID()}`;
  try {
    await writeFile(partial, body);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
