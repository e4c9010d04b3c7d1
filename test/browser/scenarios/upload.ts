import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { FAILURES, GOOD, HOSTILE, ITEMS } from '../batchFolder.ts';
import { dropPaths } from '../drop.ts';
import { expectCount, SOON, visitAfresh, type World } from './world.ts';

const RUN = `query ($id: ID!) { run(id: $id) { status failed errors { code count } metrics { maePx n nme { normaliser value } } } }`;

export function upload(world: World): void {
  describe('a folder', () => {
    let goOn = () => {};

    test('is dropped, uploaded straight to storage, each file tried again where it fails, and committed', async () => {
      const { page, photos, withFailures } = world;
      // The scorer is held, so that the run can be seen before it is through.
      goOn = await world.stack.holdScorer();
      await dropPaths(page, '.drop', [photos]);
      await page.getByText(`${ITEMS} files,`).waitFor();
      await page.getByText('Not uploaded: people/00.pts').waitFor();
      await page.getByLabel('Name').fill('spots');
      await withFailures(async () => {
        const lost = await losingFirstUploads(page, 3, async () => {
          await page.getByRole('button', { name: 'Upload' }).click();
          await page.getByText(`${ITEMS} of ${ITEMS} files`).waitFor();
        });
        expect(lost).toBe(3);
      });
      await page.getByRole('combobox', { name: 'Model', exact: true }).selectOption('marks');
      await page.getByLabel('Failures allowed, %').fill('20');
      await page.getByRole('button', { name: 'Commit and score' }).click();
      await page.waitForURL(/#\/runs\/Run:/);
      await page.getByRole('heading', { name: 'spots' }).waitFor();
      world.run = decodeURIComponent(/#\/runs\/([^?]+)/.exec(page.url())![1]!);
    });

    test('is shown while it is being scored: how far, how fast, then its results without a reload', async () => {
      const { page } = world;
      await page.getByText(`0 of ${ITEMS}`).waitFor();
      await page.locator('.status.running').waitFor();
      for (const figure of ['Through', 'Failed', 'Images a second', 'Time left']) {
        await page.locator('.live dt', { hasText: figure }).waitFor();
      }
      goOn();
      await page.locator('dt', { hasText: 'MAE' }).waitFor();
      await page.locator('.status.done').waitFor();
    });

    test('has the metrics that the API gives', async () => {
      const { page, stack, run } = world;
      const { run: view } = await stack.get(RUN, { id: run });
      expect(view.status).toBe('DONE');
      expect(view.metrics.n).toBe(GOOD);
      const nme = view.metrics.nme.find((one: { normaliser: string }) => one.normaliser === 'interOcular').value;
      const shown = (label: string) => page.locator('.tile', { hasText: label }).locator('dd').first().innerText();
      await expect.poll(() => shown('MAE'), SOON).toBe(`${view.metrics.maePx.toFixed(2)} px`);
      await expect.poll(() => shown('NME'), SOON).toBe(`${(nme * 100).toFixed(2)} %`);
    });

    test('has its failures counted by reason, and names and messages are shown as text', async () => {
      const { page } = world;
      const codes = page.locator('.codes');
      for (const [code, count] of Object.entries(FAILURES)) {
        const line = codes.locator('li', { hasText: code }).locator('span').last();
        await expect.poll(() => line.innerText(), SOON).toBe(String(count));
      }
      await codes.getByRole('link', { name: 'NOT_AN_IMAGE' }).click();
      await page.getByText(HOSTILE).waitFor();
      await expectCount(page.locator('.item-row'), FAILURES.NOT_AN_IMAGE);
      expect(await page.evaluate(() => (window as { hacked?: unknown }).hacked)).toBeUndefined();
      expect(await page.locator('img[onerror]').count()).toBe(0);
    });

    test('can also be single files, dropped or chosen', async () => {
      const { page, photos } = world;
      await visitAfresh(world, '#/batches');
      await page.locator('.drop').waitFor();
      await dropPaths(page, '.drop', [join(photos, 'cut.jpg'), join(photos, HOSTILE)]);
      await page.getByText('2 files,').waitFor();
      const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByText('Choose files').click()]);
      await chooser.setFiles(join(photos, 'cut.jpg'));
      await page.getByText('1 file,').waitFor();
    });
  });
}

/** Cuts the connection of the first uploads to storage while `act` runs. Gives how many were cut. */
async function losingFirstUploads(page: Page, count: number, act: () => Promise<void>): Promise<number> {
  let lost = 0;
  const toStorage = (url: URL) => url.pathname !== '/graphql';
  await page.route(toStorage, async (route) => {
    if (route.request().method() !== 'POST' || lost === count) return route.continue();
    lost++;
    await route.abort('connectionreset');
  });
  await act();
  await page.unroute(toStorage);
  return lost;
}
