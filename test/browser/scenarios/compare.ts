import { describe, expect, test } from 'vitest';
import { expectCount, SOON, visitAfresh, type World } from './world.ts';

export function compare(world: World): void {
  describe('two runs', () => {
    test('come of one batch by running it again with another model', async () => {
      const { page } = world;
      await visitAfresh(world, `#/runs/${world.run}`);
      await page.getByRole('button', { name: 'Rerun…' }).click();
      await page.getByRole('combobox', { name: 'Model', exact: true }).selectOption('marks-off');
      await page.getByLabel('Failures allowed, %').fill('20');
      await page.getByRole('button', { name: 'Score again', exact: true }).click();
      await page.getByRole('link', { name: 'marks-off 1' }).waitFor();
      await page.locator('dt', { hasText: 'MAE' }).waitFor();
    });

    test('are compared: metrics, curves over each other, and the faces that changed most', async () => {
      const { page } = world;
      await visitAfresh(world, '#/runs');
      const ticks = page.getByRole('checkbox', { name: 'Compare the run of spots' });
      await expectCount(ticks, 2);
      await ticks.nth(1).check();
      await ticks.nth(0).check();
      await page.getByRole('link', { name: 'Compare 2 runs' }).click();
      await page.getByRole('heading', { name: 'Compare 2 runs' }).waitFor();
      await expectCount(page.locator('.table-box tbody tr'), 2);
      await expectCount(page.locator('.plot-box .mark-line path'), 2);
      await page.getByText(/NME \+.*worse\)/).waitFor();
      const changes = page.getByRole('region', { name: 'Most worsened' }).getByRole('button');
      await expectCount(changes, 10);
      await changes.first().click();
      await expectCount(page.locator('.side-by-side .stage img'), 2);
      await page.keyboard.press('Escape');
      await expectCount(page.locator('.side-by-side'), 0);
    });

    test('are two or more, eight at most: what is asked beyond that is told', async () => {
      const { page } = world;
      await visitAfresh(world, `#/compare?${Array.from({ length: 9 }, () => `run=${world.run}`).join('&')}`);
      await page.getByText('Tick two to eight runs').waitFor();
      await visitAfresh(world, `#/compare?run=${world.run}`);
      await page.getByText('Tick two to eight runs').waitFor();
      await expect.poll(() => page.title(), SOON).toContain('Compare');
    });
  });
}
