import type { Locator } from 'playwright-core';
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
      const loss = page.getByRole('group', { name: 'loss', exact: true });
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

    test('takes a step of its augmentation as it was changed in the form, once what is wrong in it is mended', async () => {
      const { page } = world;
      await visitAfresh(world, '#/training');
      await page.getByRole('button', { name: /Start a training run/ }).click();
      await page.getByRole('combobox', { name: 'Recipe' }).selectOption('nose-augmented');
      await page.getByRole('group', { name: 'synthetic' }).getByLabel('count').fill('24');
      await page.getByRole('group', { name: 'run', exact: true }).getByLabel('epochs').fill('1');
      // With a val part: what its epochs are of.
      const split = page.getByRole('group', { name: 'split' });
      await split.getByLabel('by').selectOption('hash');
      await split.getByLabel('train').fill('0.5');
      await split.getByLabel('val').fill('0.3');
      const steps = page.getByRole('group', { name: /^augmentation, step/ });
      const before = await steps.count();
      await addAndRemoveByKeyboard(world, before);
      const degrees = step(world, await indexOf(world, 'rotate')).getByLabel('degrees');
      await degrees.fill('200');
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await page.getByText('Expected a number from 0 to 180, got "200"').waitFor();
      await expect.poll(() => degrees.evaluate((one) => one === document.activeElement), SOON).toBe(true);
      await expect.poll(() => faults(world), SOON).toEqual([]);
      await degrees.fill('33');
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await page.getByRole('heading', { name: 'Training nose-augmented' }).waitFor();
      await page.locator('.status.finished, .status.failed').waitFor(TRAINED);
      await page.getByRole('img', { name: /^Loss by epoch; the last: train \S+, val \S+$/ }).waitFor();
      for (const label of ['Val loss', 'Val MAE', 'Test MAE']) {
        await page
          .locator('dt')
          .filter({ hasText: new RegExp(`^${label}$`) })
          .waitFor();
      }
      await page.getByText('The recipe as it runs').click();
      const { augmentation } = JSON.parse(await page.locator('.recipe-text').innerText());
      expect(augmentation).toHaveLength(before);
      expect(augmentation).toContainEqual(expect.objectContaining({ kind: 'rotate', degrees: 33 }));
    });

    test('can be one of a sweep, which is a table, and curves that grow by themselves', async () => {
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
      await expectCurvesToGrow(world);
      const link = new URL(page.url()).hash;
      for (const colours of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme: colours, reducedMotion: 'reduce' });
        await expectNoFaults(world, { name: 'a sweep', link, shows: '.table-box tbody tr' }, colours);
      }
    });

    test('of a sweep that has ended is seen to go on when it is resumed elsewhere', async () => {
      const { page, stack } = world;
      const { sweeps } = await stack.get('{ sweeps(first: 1) { edges { node { trainings { training { id } } } } } }');
      const ids: string[] = sweeps.edges[0].node.trainings.map(
        ({ training }: { training: { id: string } }) => training.id,
      );
      const tell = (what: string, id: string) =>
        stack.get(`mutation ($id: ID!) { ${what}(id: $id) { ... on TrainingPayload { training { status } } } }`, {
          id,
        });
      for (const id of ids) await tell('cancelTraining', id);
      await expectCount(page.locator('.status.cancelled'), ids.length);
      for (const id of ids) await tell('resumeTraining', id);
      // As when a person comes back from the tab in which that was done.
      await page.evaluate(() => window.dispatchEvent(new Event('focus')));
      await expectCount(page.locator('.status.cancelled'), 0);
      await expectCount(page.locator('.status.queued, .status.running'), ids.length);
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

/** Of the form, from 0. */
function step({ page }: World, index: number): Locator {
  return page.getByRole('group', { name: `augmentation, step ${index + 1}`, exact: true });
}

async function indexOf(world: World, kind: string): Promise<number> {
  const kinds = world.page.getByRole('group', { name: /^augmentation, step/ }).getByLabel('kind');
  return (await kinds.evaluateAll((all) => all.map((one) => (one as HTMLSelectElement).value))).indexOf(kind);
}

/** A step more, first of all, and away again: the focus stays where a person goes on. */
async function addAndRemoveByKeyboard(world: World, before: number): Promise<void> {
  const { page } = world;
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? null);
  await page.getByLabel('New step').focus();
  await page.getByLabel('New step').selectOption('noise');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await step(world, before).getByLabel('maxSigma').waitFor();
  await expect.poll(() => step(world, before).getByLabel('maxSigma').inputValue(), SOON).toBe('');
  await page.getByRole('button', { name: `Move step ${before + 1} earlier` }).press('Enter');
  await step(world, before - 1)
    .getByLabel('maxSigma')
    .waitFor();
  await expect.poll(focused, SOON).toBe(`Move step ${before} earlier`);
  await page.getByRole('button', { name: `Remove step ${before}`, exact: true }).press('Enter');
  await expectCount(page.getByRole('group', { name: /^augmentation, step/ }), before);
  await expect.poll(focused, SOON).toBe(`Remove step ${before}`);
}

/** Epochs come while no status changes: the first setting is under way, the second waits for it. */
async function expectCurvesToGrow({ page }: World): Promise<void> {
  const plot = page.getByRole('img', { name: /^Test loss by epoch of 1 setting, / });
  const epochs = async () =>
    Number(/(\d+) epochs in all/.exec((await plot.getAttribute('aria-label')) ?? '')?.[1] ?? 0);
  await plot.waitFor(TRAINED);
  const seen = await epochs();
  await expect.poll(epochs, SOON).toBeGreaterThan(seen);
  await page.locator('tr.best', { hasText: 'running' }).filter({ hasText: '(lowest)' }).waitFor();
}
