/**
 * Takes the pictures of the dashboard in docs/screenshots/, of a stack that has scored the demo:
 *
 *   npm start                      in one terminal, until it prints its address
 *   node scripts/screenshots.ts    in another; --data DIR where the stack's folder is not .fiducial
 *
 * Needs chromium.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium, type Page } from 'playwright-core';
import sharp from 'sharp';

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '.fiducial' },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
  },
});
const root = fileURLToPath(new URL('../', import.meta.url));
const folder = join(root, 'docs/screenshots');
const { url, token } = JSON.parse(readFileSync(join(values.data, 'endpoint.json'), 'utf8')) as Record<string, string>;

interface Shot {
  readonly name: string;
  readonly colours?: 'light' | 'dark';
  /** Brings the page to what is to be seen. */
  show(page: Page): Promise<void>;
}

const open = (page: Page, place: string) => page.goto(`${url}/#/${place}`);

async function openDemoRun(page: Page): Promise<void> {
  await open(page, 'runs');
  await page.getByRole('link', { name: /^demo/ }).last().click();
  await page.locator('.plot-box svg').nth(1).waitFor();
}

const SHOTS: readonly Shot[] = [
  {
    name: 'batches',
    show: async (page) => {
      await open(page, 'batches');
      await page.locator('.row').first().waitFor();
    },
  },
  { name: 'run', show: openDemoRun },
  {
    name: 'run-dark',
    colours: 'dark',
    show: openDemoRun,
  },
  {
    name: 'image',
    show: async (page) => {
      await openDemoRun(page);
      await page.getByRole('button', { name: 'Best first' }).click();
      await page.locator('.item-row').first().click();
      await page.locator('.overlay circle').first().waitFor();
    },
  },
  {
    name: 'compare',
    show: async (page) => {
      await open(page, 'runs');
      const demos = page.getByRole('checkbox', { name: 'Compare the run of demo' });
      await demos.first().waitFor();
      if ((await demos.count()) < 2)
        throw new Error('Expected two runs of the demo, got one; rerun it with another crop');
      // The oldest is what the newest is compared with.
      await demos.last().check();
      await demos.first().check();
      await page
        .getByRole('link', { name: /^Compare/ })
        .last()
        .click();
      await page.locator('.plot-box svg').first().waitFor();
      await page.locator('.change').first().waitFor();
    },
  },
  {
    name: 'training',
    show: async (page) => {
      await open(page, 'training');
      await page.getByRole('button', { name: /Start a training run/ }).click();
      await page.getByRole('group', { name: 'optimiser' }).waitFor();
    },
  },
  {
    name: 'training-run',
    show: async (page) => {
      await open(page, 'training');
      const run = page.locator('.row', { hasText: 'finished' }).getByRole('link').first();
      await run.waitFor();
      await run.click();
      await page.locator('.plot-box svg').first().waitFor();
    },
  },
  {
    name: 'model',
    show: async (page) => {
      await open(page, 'models');
      await page.locator('.card').last().getByRole('link').first().click();
      await page.locator('.facts').first().waitFor();
    },
  },
  {
    name: 'try-one',
    show: async (page) => {
      await open(page, 'try');
      await page.getByRole('combobox', { name: 'Model', exact: true }).selectOption('face68');
      await page.locator('.drop input').setInputFiles(join(root, 'demo/eileen-collins.jpg'));
      await page.locator('.overlay circle').first().waitFor();
    },
  },
];

const browser = await chromium.launch({ executablePath: values.chromium, args: ['--no-sandbox'] });
mkdirSync(folder, { recursive: true });
for (const { name, colours = 'light', show } of SHOTS) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 }, colorScheme: colours });
  await page.goto(`${url}/#token=${token}`);
  await page.locator('main h1').waitFor();
  await show(page);
  await page.waitForLoadState('networkidle').catch(() => {});
  // A palette of 256 colours: a quarter of the bytes, and no difference that one sees.
  const picture = sharp(await page.screenshot()).png({ palette: true, effort: 8 });
  await picture.toFile(join(folder, `${name}.png`));
  await page.close();
  console.error(`docs/screenshots/${name}.png`);
}
await browser.close();
