import { describe, expect, test } from 'vitest';
import { expectNoFaults, faults } from './accessibility.ts';
import { expectCount, SOON, visitAfresh, type World } from './world.ts';

/** Only an upper bound: a training on a machine that does much else. */
const TRAINED = { timeout: 200_000 } as const;

export function training(world: World): void {
  describe('a training run', { timeout: 300_000 }, () => {
    test('is started from a form made of the recipe, and its curves grow to the end', async () => {
      const { page } = world;
      await visitAfresh(world, '#/training');
      await page.getByRole('button', { name: /Start a training run/ }).click();
      await page.getByRole('combobox', { name: 'Recipe' }).selectOption('nose');
      await page.getByRole('group', { name: 'synthetic' }).getByLabel('count').fill('16');
      await page.getByRole('group', { name: 'run', exact: true }).getByLabel('epochs').fill('2');
      // Another variant of a part has other fields, which are asked for.
      const loss = page.getByRole('group', { name: 'loss' });
      await loss.getByLabel('name').selectOption('smoothL1');
      await loss.getByLabel('beta').fill('0.05');
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await page.getByRole('heading', { name: 'Training nose' }).waitFor();
      await page.getByText('synthetic.count=16').waitFor();
      await page.getByText('loss={"name":"smoothL1","beta":0.05}').waitFor();
      const ended = page.locator('.status.finished, .status.failed');
      await ended.waitFor(TRAINED);
      expect(await ended.getAttribute('class')).toContain('finished');
      await page.getByText('2 of 2').waitFor();
      await page.locator('.plot-box .mark-line path').first().waitFor();
      await expect.poll(() => faults(world), SOON).toEqual([]);
    });

    test('shows what it drew, and leads to the model that came of it', async () => {
      const { page } = world;
      await expect.poll(() => page.locator('.picture img').count(), SOON).toBeGreaterThan(0);
      await page.getByRole('link', { name: /^model nose/ }).click();
      await page.getByRole('heading', { name: 'nose', exact: true }).waitFor();
      await page.getByRole('button', { name: 'Promote' }).click();
      await page.getByText('promoted', { exact: true }).waitFor();
      await page.getByRole('link', { name: 'nose', exact: true }).click();
      await page.getByRole('heading', { name: 'Training nose' }).waitFor();
    });

    test('can be one of a sweep, which is a table', async () => {
      const { page } = world;
      await visitAfresh(world, '#/training');
      await page.getByRole('button', { name: /Start a training run/ }).click();
      await page.getByRole('group', { name: 'synthetic' }).getByLabel('count').fill('8');
      // So many that they can't end before they are stopped.
      await page.getByRole('group', { name: 'run', exact: true }).getByLabel('epochs').fill('100000');
      await page.getByLabel(/^Sweep/).fill('optimiser.learningRate=0.001,0.01');
      await page.getByRole('button', { name: 'Start the sweep' }).click();
      await page.getByRole('heading', { name: 'Sweep of nose' }).waitFor();
      await expectCount(page.locator('.table-box tbody tr'), 2);
      const link = new URL(page.url()).hash;
      for (const colours of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme: colours, reducedMotion: 'reduce' });
        await expectNoFaults(world, { name: 'a sweep', link, shows: '.table-box tbody tr' }, colours);
      }
    });

    test('is stopped and goes on when told to', async () => {
      const { page } = world;
      await page.locator('.table-box tbody tr').last().getByRole('link').click();
      await page.getByRole('button', { name: 'Stop', exact: true }).click();
      await page.locator('.status.cancelled').waitFor();
      await page.getByRole('button', { name: 'Resume' }).click();
      await page.locator('.status.queued, .status.running').waitFor();
    });
  });
}
