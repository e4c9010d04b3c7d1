/** Drops files and folders as a person does: by the browser's own drag events, with paths of this machine. */
import type { Page } from 'playwright-core';

export async function dropPaths(page: Page, selector: string, paths: readonly string[]): Promise<void> {
  const target = page.locator(selector);
  await target.scrollIntoViewIfNeeded();
  const box = (await target.boundingBox())!;
  const place = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  const session = await page.context().newCDPSession(page);
  try {
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await session.send('Input.dispatchDragEvent', { type, ...place, data });
    }
  } finally {
    await session.detach();
  }
}
