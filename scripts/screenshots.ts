/**
 * Takes the pictures of the dashboard in docs/screenshots/, of a stack that has scored the demo:
 *
 *   npm start                      in one terminal, until it prints its address
 *   node scripts/screenshots.ts    in another; --data DIR where the stack's folder is not .fiducial, --out DIR
 *
 * What the pictures show and the stack has not, it makes first: a second run of the demo, a small training run, a sweep.
 * Needs chromium.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { createClient } from '../graphql/client/index.ts';
import { prepare } from './screenshotStack.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '.fiducial' },
    out: { type: 'string', default: 'docs/screenshots' },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
  },
});
const root = fileURLToPath(new URL('../', import.meta.url));
const folder = resolve(root, values.out);
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
  {
    name: 'batch',
    show: async (page) => {
      await open(page, 'batches');
      await page.getByRole('link', { name: 'demo', exact: true }).last().click();
      await page.locator('.thumbs img').first().waitFor();
    },
  },
  {
    name: 'runs',
    show: async (page) => {
      await open(page, 'runs');
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
      await demos.nth(1).waitFor();
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
      const run = page.locator('.row', { hasText: 'finished' }).getByRole('link').last();
      await run.waitFor();
      await run.click();
      await page.locator('.plot-box svg').first().waitFor();
    },
  },
  {
    name: 'sweep',
    show: async (page) => {
      await open(page, 'training');
      await page.getByRole('region', { name: 'Sweeps, newest first' }).getByRole('link').first().click();
      await page.locator('.plot-box svg').first().waitFor();
    },
  },
  {
    name: 'models',
    show: async (page) => {
      await open(page, 'models');
      await page.locator('.card').first().waitFor();
    },
  },
  {
    name: 'model',
    show: async (page) => {
      await open(page, 'models/Model:shared:face68');
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

await prepare(createClient({ url: url!, token: token! }));
const browser = await chromium.launch({ executablePath: values.chromium, args: ['--no-sandbox'] });
mkdirSync(folder, { recursive: true });
for (const { name, colours = 'light', show } of SHOTS) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 }, colorScheme: colours });
  await page.goto(`${url}/#token=${token}`);
  await page.locator('main h1').waitFor();
  await show(page);
  await page.locator('.spinner, [aria-busy="true"]').first().waitFor({ state: 'detached' });
  await page.waitForLoadState('networkidle').catch(() => {});
  // A palette of 256 colours: a quarter of the bytes, and no difference that one sees.
  const picture = sharp(await page.screenshot()).png({ palette: true, effort: 8 });
  await picture.toFile(join(folder, `${name}.png`));
  await page.close();
  console.error(join(folder, `${name}.png`));
}
await browser.close();
