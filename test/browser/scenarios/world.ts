import type { Watched } from '../chromium.ts';
import type { BrowserStack } from '../stack.ts';

/** What the scenarios share, filled before the first of them. */
export interface World extends Watched {
  readonly stack: BrowserStack;
  /** The folder that is uploaded. */
  readonly photos: string;
  /** Id of the run of that folder; null until it is committed. */
  run: string | null;
}

/** Goes to a place of the dashboard, without loading it anew. */
export async function visit({ page, stack }: World, place: string): Promise<void> {
  await page.goto(`${stack.url}/${place}`);
}

/** What is waited for comes soon, or on a busy machine a little later. */
export const SOON = { timeout: 20_000 } as const;
