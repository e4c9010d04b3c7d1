import type { Locator } from 'playwright-core';
import { expect } from 'vitest';
import type { Watched } from '../chromium.ts';
import type { BrowserStack } from '../stack.ts';

/** What the scenarios share, filled before the first of them. */
export interface World extends Watched {
  readonly stack: BrowserStack;
  /** The folder that is uploaded. */
  readonly photos: string;
  /** Id of the run of that folder; null until it is committed. */
  run: string | null;
  /** Ids of eight runs of that batch, the oldest first; null until they are compared. */
  eight: readonly string[] | null;
}

/** Goes to a place of the dashboard, without loading it anew. */
export async function visit({ page, stack }: World, place: string): Promise<void> {
  await page.goto(`${stack.url}/${place}`);
}

/** Goes there by way of nowhere: nothing of the page before can be taken for the new one. */
export async function visitAfresh(world: World, place: string): Promise<void> {
  await world.page.goto('about:blank');
  await visit(world, place);
}

/** What is waited for comes soon; on a busy machine later. Only an upper bound. */
export const SOON = { timeout: 60_000 } as const;

/** Waits until there are so many. */
export async function expectCount(locator: Locator, count: number): Promise<void> {
  await expect.poll(() => locator.count(), SOON).toBe(count);
}
