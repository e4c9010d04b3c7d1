/** Makes a batch and the queue that fills it. */
import { sleep } from '../api/connection.ts';
import { CreateBatch, RenewUpload } from '../api/operations.generated.ts';
import { request } from '../api/request.ts';
import { session } from '../api/session.ts';
import { accepted } from '../api/useAction.ts';
import type { Selection } from './files.ts';
import { postFile } from './post.ts';
import { UploadQueue } from './queue.ts';

export interface StartedUpload {
  /** Id of the batch. */
  readonly batch: string;
  readonly images: UploadQueue;
  /** Null where there is no `images.jsonl`. */
  readonly manifest: UploadQueue | null;
}

/** Throws ApiError. The queues are not running yet. */
export async function startUpload(name: string, { images, manifest }: Selection): Promise<StartedUpload> {
  const { project } = session.get();
  const input = { project, name: name || null, idempotencyKey: crypto.randomUUID() };
  const made = accepted((await request(CreateBatch, { input })).createBatch);
  const batch = made.batch.id;
  const parts = (what: 'IMAGES' | 'MANIFEST') => ({
    post: postFile,
    sleep,
    now: Date.now,
    renew: async (signal: AbortSignal) =>
      accepted((await request(RenewUpload, { input: { batch, what } }, { signal })).renewUpload).upload,
  });
  const files = images.map(({ path, file }) => ({ key: path, file }));
  return {
    batch,
    images: new UploadQueue(parts('IMAGES'), made.images, files),
    manifest: manifest && new UploadQueue(parts('MANIFEST'), made.manifest, [{ key: 'images.jsonl', file: manifest }]),
  };
}
