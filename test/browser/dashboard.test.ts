/**
 * The dashboard in a real browser, over the whole stack: one stack and one page for all, in the order in which a
 * person would go.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { writeBatchFolder } from './batchFolder.ts';
import { CHROMIUM, openBrowser } from './chromium.ts';
import { accessibility } from './scenarios/accessibility.ts';
import { away } from './scenarios/away.ts';
import { compare } from './scenarios/compare.ts';
import { largeRun } from './scenarios/largeRun.ts';
import { liveFailures } from './scenarios/liveFailures.ts';
import { operate } from './scenarios/operate.ts';
import { run } from './scenarios/run.ts';
import { signIn } from './scenarios/signIn.ts';
import { training } from './scenarios/training.ts';
import { tryOne } from './scenarios/tryOne.ts';
import { upload } from './scenarios/upload.ts';
import type { World } from './scenarios/world.ts';
import { startBrowserStack } from './stack.ts';

if (!CHROMIUM)
  console.log('NOT TESTED: the dashboard in a browser, since chromium is not here (apt-get install chromium)');

test('chromium is here, or this is no CI', () => {
  expect(CHROMIUM !== null || !process.env.CI, 'expected chromium under CI; .ci/run installs it').toBe(true);
});

describe.skipIf(!CHROMIUM)('the dashboard', { timeout: 240_000 }, () => {
  const world = {} as World;

  beforeAll(async () => {
    const photos = await mkdtemp(join(tmpdir(), 'fiducial-photos-'));
    const [stack, watched] = await Promise.all([startBrowserStack(), openBrowser(), writeBatchFolder(photos)]);
    Object.assign(world, watched, { stack, photos, run: null, eight: null });
  }, 240_000);

  afterAll(async () => {
    await world.browser?.close();
    // A process that a failed test left held could not end.
    for (const pid of Object.values(world.stack?.supervisor.pids() ?? {})) goOn(pid);
    await world.stack?.stop();
    if (world.photos) await rm(world.photos, { recursive: true, force: true });
  }, 120_000);

  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail' || !world.page) return;
    console.log(`${world.page.url()}\n${await world.page.locator('body').innerText({ timeout: 5000 })}`);
  });

  signIn(world);
  upload(world);
  run(world);
  compare(world);
  operate(world);
  tryOne(world);
  largeRun(world);
  liveFailures(world);
  accessibility(world);
  away(world);
  training(world);

  test('nothing was logged as an error, and no policy was broken, in all of this', () => {
    expect(world.problems).toEqual([]);
  });
});

function goOn(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT');
  } catch {
    // It has ended.
  }
}
