import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectCount, SOON, visitAfresh, type World } from './world.ts';

export function tryOne(world: World): void {
  describe('one photo', () => {
    test('is dropped and shows its points', async () => {
      const { page, photos } = world;
      await visitAfresh(world, '#/try');
      await page.getByRole('combobox', { name: 'Model', exact: true }).selectOption('marks');
      await page.locator('.drop input').setInputFiles(join(photos, 'people', '05.jpg'));
      await expectCount(page.locator('.overlay circle.predicted'), 68);
    });

    test('that is none says why', async () => {
      const { page, photos } = world;
      await page.locator('.drop input').setInputFiles(join(photos, 'notes.jpg'));
      const failure = page.locator('.viewer-side .failure');
      await expect.poll(() => failure.innerText(), SOON).toContain('NOT_AN_IMAGE');
    });

    test('is a batch like any other, and can be deleted', async () => {
      const { page } = world;
      await visitAfresh(world, '#/batches');
      const batch = page.getByRole('link', { name: 'notes.jpg', exact: true });
      await batch.click();
      await page.getByRole('heading', { name: 'notes.jpg' }).waitFor();
      await page.getByRole('button', { name: 'Delete batch…' }).click();
      await page.getByRole('button', { name: 'Delete batch', exact: true }).click();
      await page.getByRole('link', { name: 'spots', exact: true }).waitFor();
      await expectCount(batch, 0);
    });
  });
}
