import { describe, test } from 'vitest';
import { expectCount, visitAfresh, type World } from './world.ts';

const BANNER = 'The API does not answer';

export function away(world: World): void {
  describe('an API that goes away', () => {
    test('is told, what is on the page stays, and the page catches up when it is back', async () => {
      const { page, stack, withFailures } = world;
      await visitAfresh(world, '#/batches');
      await page.getByRole('link', { name: 'spots', exact: true }).waitFor();
      await withFailures(async () => {
        // It stops with a call under way, and dies only then: however fast it comes back, that call is lost.
        process.kill(stack.supervisor.pids().api!, 'SIGSTOP');
        const [asked] = await Promise.all([
          page.waitForRequest((request) => request.postData()?.includes('RunList') ?? false),
          page.getByRole('link', { name: 'Runs' }).click(),
        ]);
        const banner = page.getByText(BANNER);
        const told = banner.waitFor();
        process.kill(stack.supervisor.pids().api!, 'SIGKILL');
        await told;
        await banner.waitFor({ state: 'detached' });
        await page.locator('.row', { hasText: 'spots' }).first().waitFor();
        await asked.response().catch(() => null);
      });
      await expectCount(page.getByRole('alert'), 0);
    });
  });
}
