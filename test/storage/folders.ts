import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Embedded, type EmbeddedOptions, openEmbedded } from '../../storage/embedded/index.ts';

/** An empty folder that is removed when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fiducial-storage-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** An embedded storage, closed when the test ends. */
export async function embedded(options: Partial<EmbeddedOptions> = {}): Promise<Embedded> {
  const storage = await openEmbedded({ folder: options.folder ?? (await temporaryFolder()), ...options });
  onTestFinished(() => storage.close());
  return storage;
}
