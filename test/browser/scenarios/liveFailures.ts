import type { Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Embedded, openEmbedded } from '../../../storage/embedded/index.ts';
import { type RunningRun, writeRunningRun } from '../runningRunLedger.ts';
import { SOON, visitAfresh, type World } from './world.ts';

const SHARDS = 700;

export function liveFailures(world: World): void {
  describe('a run of 700 shards that goes on', () => {
    let storage: Embedded;
    let running: RunningRun;

    beforeAll(async () => {
      storage = await openEmbedded({ folder: world.stack.folder });
      running = await writeRunningRun(storage.stores, SHARDS);
      await running.settle(600, { NOT_AN_IMAGE: 13, TRUNCATED: 7 });
    }, 120_000);
    afterAll(() => storage?.close());

    /** Each reason, as it is shown. */
    const shown = () =>
      world.page.locator('.live .codes li').evaluateAll((all) => all.map((one) => one.textContent?.trim()));
    const note = () => world.page.locator('.live .note').allInnerTexts();

    test('shows all of its 12,000 failures by reason, each a link to those images', async () => {
      const { page } = world;
      await visitAfresh(world, `#/runs/Run:default:${running.run}`);
      await expect.poll(shown, SOON).toEqual(['NOT_AN_IMAGE7,800', 'TRUNCATED4,200']);
      expect(await note()).toEqual([]);
      const link = page.locator('.live').getByRole('link', { name: 'TRUNCATED' });
      expect(await link.getAttribute('href')).toMatch(/show=failed&code=TRUNCATED$/);
    });

    test('counts on as shards are settled', async () => {
      await running.settle(90, { TRUNCATED: 50, MISSING: 1 });
      await expect.poll(shown, SOON).toEqual(['TRUNCATED8,700', 'NOT_AN_IMAGE7,800', 'MISSING90']);
      expect(await note()).toEqual([]);
    });

    test('says of how many the reasons are not known yet, where an earlier release settled a part of it', async () => {
      await running.settleAsBefore(10);
      await expect.poll(note, SOON).toEqual([expect.stringContaining('16,590 of 16,600 failures so far')]);
      expect(await shown()).toEqual(['TRUNCATED8,700', 'NOT_AN_IMAGE7,800', 'MISSING90']);
    });

    test('counts on where something on the way holds the events back: the page asks by itself', async () => {
      const { page } = world;
      const held: Route[] = [];
      await page.route('**/graphql', async (route) => {
        if (route.request().headers().accept !== 'text/event-stream') return route.continue();
        held.push(route);
      });
      await visitAfresh(world, `#/runs/Run:default:${running.run}`);
      await expect.poll(shown, SOON).toContain('MISSING90');
      await expect.poll(() => held.length, SOON).toBeGreaterThan(0);
      await running.settle(5, { MISSING: 2 });
      await expect.poll(shown, SOON).toContain('MISSING100');
      await page.goto('about:blank');
      await page.unroute('**/graphql');
    });
  });
}
