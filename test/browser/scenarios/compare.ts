import { describe, expect, test } from 'vitest';
import { SOON, visit, type World } from './world.ts';

export function compare(world: World): void {
  describe('two runs', () => {
    test('come of one batch by running it again with another model', async () => {
      const { page } = world;
      await visit(world, `#/runs/${world.run}`);
      await page.getByRole('button', { name: 'Rerun' }).click();
      await page.getByRole('combobox', { name: 'Model', exact: true }).selectOption('marks-off');
      await page.getByLabel('Failures allowed, %').fill('20');
      await page.getByRole('button', { name: 'Score again', exact: true }).click();
      await page.getByText('marks-off 1').waitFor();
      await page.locator('dt', { hasText: 'MAE' }).waitFor();
    });

    test('are compared: metrics, curves over each other, and the faces that changed most', async () => {
      const { page } = world;
      await visit(world, '#/runs');
      await page.getByRole('checkbox').nth(1).check();
      await page.getByRole('checkbox').nth(0).check();
      await page.getByRole('link', { name: 'Compare 2 runs' }).click();
      await page.getByRole('heading', { name: 'Compare 2 runs' }).waitFor();
      await expect.poll(() => page.locator('.table-box tbody tr').count(), SOON).toBe(2);
      const curves = page.locator('.plot-box .mark-line path');
      await expect.poll(() => curves.count(), SOON).toBe(2);
      await page.getByText(/NME \+.*worse\)/).waitFor();
      const changes = page.getByRole('region', { name: 'Most worsened' }).getByRole('button');
      expect(await changes.count()).toBe(10);
      await changes.first().click();
      await expect.poll(() => page.locator('.side-by-side .stage img').count(), SOON).toBe(2);
      await page.keyboard.press('Escape');
    });
  });
}
