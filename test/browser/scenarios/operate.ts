import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectCount, SOON, visitAfresh, type World } from './world.ts';

export function operate(world: World): void {
  describe('a run can be', () => {
    test('cancelled while it goes on, and the rest be scored later', async () => {
      const { page, stack } = world;
      await visitAfresh(world, `#/runs/${world.run}`);
      const goOn = await stack.holdScorer();
      await page.getByRole('button', { name: 'Rerun…' }).click();
      await page.getByRole('combobox', { name: 'Model', exact: true }).selectOption('marks');
      await page.getByRole('button', { name: 'Score again', exact: true }).click();
      await page.locator('.status.running').waitFor();
      await page.getByRole('button', { name: 'Cancel', exact: true }).click();
      await page.locator('.status.cancelled').waitFor();
      goOn();
      await page.getByRole('button', { name: 'Score again what failed' }).click();
      await page.getByText('goes on from an earlier run').waitFor();
      // More failed than this commit allows.
      await page.locator('.status.failed').waitFor();
      await page.locator('dt', { hasText: 'MAE' }).waitFor();
    });

    test('compared with truth that comes later', async () => {
      const { page, photos } = world;
      const folder = mkdtempSync(join(tmpdir(), 'fiducial-later-'));
      const file = join(folder, 'later.jsonl');
      writeFileSync(file, movedDown(join(photos, 'images.jsonl'), 4));
      const mae = page.locator('.tile', { hasText: 'MAE' }).locator('dd').first();
      const shown = async () => ((await mae.count()) === 0 ? Number.NaN : Number.parseFloat(await mae.innerText()));
      await expect.poll(shown, SOON).toBeGreaterThanOrEqual(0);
      const before = await shown();
      await page.getByRole('button', { name: 'Add ground truth…' }).click();
      await page.locator('.drop input').setInputFiles(file);
      await page.getByRole('combobox', { name: 'Ground truth' }).waitFor();
      await expect.poll(shown, SOON).toBeGreaterThan(before + 1);
      await expect.poll(() => page.url(), SOON).toContain('truth=');
      rmSync(folder, { recursive: true });
    });

    test('told why it could not be compared with truth that is none', async () => {
      const { page } = world;
      // As a reader finds it who comes later: the form is closed.
      await page.reload();
      const truths = page.getByRole('combobox', { name: 'Ground truth' });
      await truths.waitFor();
      await page.getByRole('button', { name: 'Add ground truth…' }).click();
      const file = { name: 'none.jsonl', mimeType: 'application/jsonl', buffer: Buffer.from('{"key": 7}\n') };
      await page.locator('.drop input').setInputFiles(file);
      const told = page.getByRole('alert').filter({ hasText: 'could not be compared with this truth' });
      await expect.poll(() => told.allInnerTexts(), SOON).toEqual([expect.stringMatching(/INVALID_MANIFEST.*line 1/)]);
      await expectCount(page.locator('.tile', { hasText: 'MAE' }), 0);
      // Nothing is on its way any more; with the other truth all is as it was.
      await expectCount(page.locator('.spinner'), 0);
      await expectCount(truths.locator('option'), 3);
      await truths.selectOption('that came with the batch');
      await page.locator('.tile', { hasText: 'MAE' }).waitFor();
      await expectCount(told, 0);
    });

    test('deleted, after being asked once more', async () => {
      const { page } = world;
      const gone = page.url();
      // The label ends in dots until it has been asked.
      await page.getByRole('button', { name: 'Delete run…' }).click();
      await page.getByRole('button', { name: 'Keep' }).click();
      await page.getByRole('button', { name: 'Delete run…' }).click();
      await page.getByRole('button', { name: 'Delete run', exact: true }).click();
      await page.getByRole('heading', { name: 'Runs' }).waitFor();
      await page.goto(gone);
      await page.getByText('There is no such run').waitFor();
    });
  });
}

/** A manifest whose truth lies so many pixels further down. */
function movedDown(manifest: string, pixels: number): string {
  const lines = readFileSync(manifest, 'utf8').trim().split('\n');
  const moved = lines.map((line) => {
    const { keypoints, ...rest } = JSON.parse(line) as { keypoints?: [number, number][] };
    return JSON.stringify({ ...rest, keypoints: keypoints?.map(([x, y]) => [x, y + pixels]) });
  });
  return `${moved.join('\n')}\n`;
}
