import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { visit, type World } from './world.ts';

export function tryOne(world: World): void {
  describe('one photo', () => {
    test('is dropped and shows its points', async () => {
      const { page, photos } = world;
      await visit(world, '#/try');
      await page.getByRole('combobox', { name: 'Model', exact: true }).selectOption('marks');
      await page.locator('.drop input').setInputFiles(join(photos, 'people', '05.jpg'));
      await page.locator('.overlay circle.predicted').first().waitFor();
      expect(await page.locator('.overlay circle.predicted').count()).toBe(68);
    });

    test('that is none says why', async () => {
      const { page, photos } = world;
      await page.locator('.drop input').setInputFiles(join(photos, 'notes.jpg'));
      await page.locator('.viewer-side .failure').waitFor();
      expect(await page.locator('.viewer-side .failure').innerText()).toContain('NOT_AN_IMAGE');
    });
  });
}
