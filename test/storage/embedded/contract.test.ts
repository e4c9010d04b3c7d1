import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { type Embedded, openEmbedded } from '../../../storage/embedded/index.ts';
import { jobQueueContract } from '../contract/jobQueue.ts';
import { objectStoreContract } from '../contract/objectStore.ts';
import { embedded } from '../folders.ts';

let folder: string;
let storage: Embedded;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fiducial-contract-'));
  storage = await openEmbedded({ folder });
});
afterAll(async () => {
  await storage.close();
  await rm(folder, { recursive: true, force: true });
});

for (const bucket of ['uploads', 'results'] as const) {
  objectStoreContract(`the embedded store of ${bucket}`, async () => ({
    store: storage.stores[bucket],
    prefix: `${randomUUID()}/`,
  }));
}
jobQueueContract('the embedded queue', async (maxReceives) => (await embedded({ maxReceives })).queues.score);
