import { describe, expect, test } from 'vitest';
import { FAILURES, GOOD, HOSTILE, ITEMS } from '../batchFolder.ts';
import type { World } from './world.ts';

const RUN = `query ($id: ID!) { run(id: $id) { status failed errors { code count } metrics { maePx n nme { normaliser value } } } }`;

export function upload(world: World): void {
  describe('a folder', () => {
    test('is uploaded straight to storage, committed, and watched to its metrics', async () => {
      const { page, photos, stack } = world;
      // The scorer is held, so that the run can be seen before it is through.
      process.kill(stack.supervisor.pids().scorer!, 'SIGSTOP');
      await page.locator('input[webkitdirectory]').setInputFiles(photos);
      await page.getByText(`${ITEMS} files`).waitFor();
      await page.getByText('Not uploaded: people/00.pts').waitFor();
      await page.getByLabel('Name').fill('spots');
      await page.getByRole('button', { name: 'Upload' }).click();
      await page.getByText(`${ITEMS} of ${ITEMS} files`).waitFor();
      await page.getByRole('combobox', { name: 'Model', exact: true }).selectOption('marks');
      await page.getByLabel('Failures allowed, %').fill('20');
      await page.getByRole('button', { name: 'Commit and score' }).click();
      await page.getByRole('heading', { name: 'spots' }).waitFor();
      world.run = decodeURIComponent(/#\/runs\/([^?]+)/.exec(page.url())![1]!);
    });

    test('is shown while it is being scored: how far, how fast, then its results without a reload', async () => {
      const { page, stack } = world;
      await page.getByText(`0 of ${ITEMS}`).waitFor();
      await page.locator('.status.running').waitFor();
      process.kill(stack.supervisor.pids().scorer!, 'SIGCONT');
      await page.locator('dt', { hasText: 'MAE' }).waitFor();
      await page.locator('.status.done').waitFor();
    });

    test('has the metrics that the API gives', async () => {
      const { page, stack, run } = world;
      const { run: view } = await stack.get(RUN, { id: run });
      expect(view.status).toBe('DONE');
      expect(view.metrics.n).toBe(GOOD);
      const mae = page.locator('.tile', { hasText: 'MAE' }).locator('dd').first();
      expect(await mae.innerText()).toBe(`${view.metrics.maePx.toFixed(2)} px`);
      const nme = view.metrics.nme.find((one: { normaliser: string }) => one.normaliser === 'interOcular').value;
      const shown = page.locator('.tile', { hasText: 'NME' }).locator('dd').first();
      expect(await shown.innerText()).toBe(`${(nme * 100).toFixed(2)} %`);
    });

    test('has its failures counted by reason, and names and messages are shown as text', async () => {
      const { page } = world;
      const codes = page.locator('.codes');
      for (const [code, count] of Object.entries(FAILURES)) {
        expect(await codes.locator('li', { hasText: code }).innerText()).toContain(String(count));
      }
      await codes.getByRole('link', { name: 'NOT_AN_IMAGE' }).click();
      await page.getByText(HOSTILE).waitFor();
      expect(await page.evaluate(() => (window as { hacked?: unknown }).hacked)).toBeUndefined();
      expect(await page.locator('img[onerror]').count()).toBe(0);
    });

    test('can also be dropped as single files', async () => {
      const { page, stack } = world;
      await page.goto(`${stack.url}/#/batches`);
      const transfer = await page.evaluateHandle(() => {
        const dropped = new DataTransfer();
        dropped.items.add(new File(['a'], 'a.jpg'));
        dropped.items.add(new File(['b'], '<b>.jpg'));
        return dropped;
      });
      await page.locator('.drop').dispatchEvent('drop', { dataTransfer: transfer });
      await page.getByText('2 files').waitFor();
    });
  });
}
