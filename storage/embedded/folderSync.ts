import { type FileHandle, open } from 'node:fs/promises';

/**
 * Syncs folders, so that names in them outlive a power cut. Callers that come while a sync runs share the next one;
 * folders stay open in between.
 */
export class FolderSync {
  readonly #open = new Map<string, Promise<FileHandle>>();
  readonly #next = new Map<string, Promise<void>>();
  readonly #running = new Map<string, Promise<void>>();

  sync(folder: string): Promise<void> {
    let next = this.#next.get(folder);
    if (!next) {
      next = this.#run(folder);
      this.#next.set(folder, next);
    }
    return next;
  }

  async close(): Promise<void> {
    const handles = [...this.#open.values()];
    this.#open.clear();
    for (const handle of handles) await (await handle).close();
  }

  async #run(folder: string): Promise<void> {
    await this.#running.get(folder)?.catch(() => {});
    // From here on a newcomer's rename may be too late for this sync.
    const running = this.#handle(folder).then((handle) => handle.sync());
    const next = this.#next.get(folder);
    if (next) this.#running.set(folder, next);
    this.#next.delete(folder);
    await running;
  }

  #handle(folder: string): Promise<FileHandle> {
    let handle = this.#open.get(folder);
    if (!handle) {
      handle = open(folder, 'r');
      this.#open.set(folder, handle);
      handle.catch(() => this.#open.delete(folder));
    }
    return handle;
  }
}
