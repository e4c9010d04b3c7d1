/** The upload of this tab: it goes on while the reader looks at other pages, and holds the tab open. */
import { createValue } from '../api/value.ts';
import type { StartedUpload } from './startUpload.ts';

export const currentUpload = createValue<StartedUpload | null>(null);

/** Resolves when each file is sent or has failed. */
export async function follow(upload: StartedUpload): Promise<void> {
  currentUpload.get()?.images.stop();
  currentUpload.set(upload);
  const ask = (event: BeforeUnloadEvent) => event.preventDefault();
  addEventListener('beforeunload', ask);
  await Promise.all([upload.images.run(), upload.manifest?.run()]);
  removeEventListener('beforeunload', ask);
}

export function dismiss(): void {
  currentUpload.get()?.images.stop();
  currentUpload.set(null);
}
