import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SOON, visit, type World } from './world.ts';

export function operate(world: World): void {
  describe('a run can be', () => {
    test('cancelled while it goes on, and the rest be scored later', async () => {
      const { page, stack } = world;
      await visit(world, `#/runs/${world.run}`);
      process.kill(stack.supervisor.pids().scorer!, 'SIGSTOP');
      await page.getByRole('button', { name: 'Rerun' }).click();
      await page.getByRole('combobox', { name: 'Model', exact: true }).selectOption('marks');
      await page.getByRole('button', { name: 'Score again', exact: true }).click();
      await page.getByText('running').waitFor();
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByText('cancelled').waitFor();
      process.kill(stack.supervisor.pids().scorer!, 'SIGCONT');
      await page.getByRole('button', { name: 'Score again what failed' }).click();
      await page.getByText('goes on from an earlier run').waitFor();
      // More failed than this commit allows.
      await page.locator('.status.failed').waitFor();
      await page.locator('dt', { hasText: 'MAE' }).waitFor();
    });

    test('compared with truth that comes later', async () => {
      const { page, photos } = world;
      const lines = readFileSync(join(photos, 'images.jsonl'), 'utf8').trim().split('\n');
      const moved = lines.map((line) => {
        const { keypoints, ...rest } = JSON.parse(line) as { keypoints?: [number, number][] };
        return JSON.stringify({ ...rest, keypoints: keypoints?.map(([x, y]) => [x, y + 4]) });
      });
      const file = join(photos, '..', 'later.jsonl');
      writeFileSync(file, `${moved.join('\n')}\n`);
      const mae = page.locator('.tile', { hasText: 'MAE' }).locator('dd').first();
      const shown = async () => Number.parseFloat(await mae.innerText());
      // The tile is there before its number is.
      await expect.poll(shown, SOON).toBeGreaterThanOrEqual(0);
      const before = await shown();
      await page.getByRole('button', { name: 'Add ground truth' }).click();
      await page.locator('.drop input').setInputFiles(file);
      await page.getByRole('combobox', { name: 'Ground truth' }).waitFor();
      await expect.poll(shown, SOON).toBeGreaterThan(before + 1);
      expect(page.url()).toContain('truth=');
    });

    test('deleted, after being asked once more', async () => {
      const { page } = world;
      const gone = page.url();
      await page.getByRole('button', { name: 'Delete run' }).click();
      await page.getByRole('button', { name: 'Keep' }).click();
      await page.getByRole('button', { name: 'Delete run' }).click();
      await page.getByRole('button', { name: 'Delete run', exact: true }).click();
      await page.getByRole('heading', { name: 'Runs' }).waitFor();
      await page.goto(gone);
      await page.getByText('There is no such run').waitFor();
    });
  });
}
