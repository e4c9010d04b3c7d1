import { describe, expect, test } from 'vitest';
import { visit, type World } from './world.ts';

const BANNER = 'The API does not answer';

export function away(world: World): void {
  describe('an API that goes away', () => {
    test('is told, what is on the page stays, and the page catches up when it is back', async () => {
      const { page, stack, withFailures } = world;
      await visit(world, '#/batches');
      await page.getByText('spots').waitFor();
      await withFailures(async () => {
        process.kill(stack.supervisor.pids().api!, 'SIGSTOP');
        process.kill(stack.supervisor.pids().api!, 'SIGKILL');
        await page.getByRole('link', { name: 'Runs' }).click();
        await page.getByText(BANNER).waitFor();
        await page.getByText(BANNER).waitFor({ state: 'detached' });
        await page.locator('.row', { hasText: 'spots' }).first().waitFor();
      });
      expect(await page.getByRole('alert').count()).toBe(0);
    });
  });
}
