import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { SOON, visit, visitAfresh, type World } from './world.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string }[];
}

export interface Place {
  readonly name: string;
  readonly link: string;
  /** What is pressed there first. */
  readonly press?: string;
  /** What is there once the page is, and on no page that is visited before it. */
  readonly shows: string;
  /** Together these have every component; contrast is what differs in the dark. */
  readonly dark?: boolean;
}

function placesOf(run: string, eight: readonly string[]): Place[] {
  const compared = `#/compare?${eight.map((id) => `run=${id}`).join('&')}`;
  const image = `${run.replace('Run:', 'Prediction:')}:000000:0`;
  return [
    { name: 'batches', link: '#/batches', shows: 'main h1:text-is("Batches") ~ * .row', dark: true },
    { name: 'runs', link: '#/runs', shows: 'main h1:text-is("Runs") ~ * .row' },
    { name: 'a run', link: `#/runs/${run}`, shows: 'main .plot-box svg', dark: true },
    { name: 'an image', link: `#/runs/${run}?show=all&open=${image}`, shows: '.viewer .overlay circle', dark: true },
    { name: 'eight runs', link: compared, shows: 'h1:text-is("Compare 8 runs") ~ * .plot-box svg', dark: true },
    {
      ...{ name: 'an image of two runs, side by side', link: compared, dark: true },
      ...{ press: '.item-row.change', shows: '.side-by-side section:nth-of-type(2) .overlay circle' },
    },
    { name: 'training', link: '#/training', shows: 'main h1:text-is("Training") ~ * .empty' },
    { name: 'models', link: '#/models', shows: '.cards .card' },
    { name: 'a model', link: '#/models/Model:default:marks', shows: 'main .card .facts', dark: true },
    { name: 'try one', link: '#/try', shows: 'main h1:text-is("Try one") ~ .drop' },
    { name: 'a page that is not there', link: '#/nowhere', shows: 'h1:text-is("There is no such page")' },
  ];
}

export function accessibility(world: World): void {
  describe('every page', () => {
    test.each(['light', 'dark'] as const)('has no serious fault for axe in %s', async (colours) => {
      const { page } = world;
      await page.emulateMedia({ colorScheme: colours, reducedMotion: 'reduce' });
      await page.goto('about:blank');
      for (const place of placesOf(world.run!, world.eight!)) {
        if (colours === 'light' || place.dark) await expectNoFaults(world, place, colours);
      }
    });

    test('fits a narrow screen: nothing has to be scrolled sideways but what says so', async () => {
      const { page } = world;
      const size = page.viewportSize()!;
      await page.setViewportSize({ width: 390, height: 844 });
      try {
        for (const { name, link, press, shows } of placesOf(world.run!, world.eight!)) {
          await visitAfresh(world, link);
          if (press) await page.locator(press).first().click();
          await page.locator(shows).first().waitFor();
          const beyond = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          await expect.poll(beyond, { ...SOON, message: name }).toBeLessThanOrEqual(0);
        }
      } finally {
        await page.setViewportSize(size);
      }
    });

    test('can be reached by keyboard alone', async () => {
      const { page } = world;
      await visitAfresh(world, '#/batches');
      await page.getByRole('heading', { name: 'Batches' }).waitFor();
      await page.keyboard.press('Tab');
      await page.locator('.skip:focus').waitFor();
      await page.keyboard.press('Enter');
      await page.locator('#main:focus').waitFor();
    });

    test('keeps the focus where a person goes on, when what was pressed is gone', async () => {
      const { page } = world;
      await visitAfresh(world, '#/batches');
      await page.getByRole('link', { name: 'spots', exact: true }).press('Enter');
      await page.getByRole('heading', { name: 'spots' }).waitFor();
      await page.locator('#main:focus').waitFor();
      await page.getByRole('button', { name: 'Delete batch…' }).press('Enter');
      await page.locator('button:focus', { hasText: 'Keep' }).press('Enter');
      await page.locator('button:focus', { hasText: 'Delete batch…' }).waitFor();
      await visitAfresh(world, '#/training');
      await page.getByRole('button', { name: /Start a training run/ }).press('Enter');
      await page.locator('select:focus').waitFor();
      await page.getByRole('button', { name: 'Close' }).press('Enter');
      await page.locator('button:focus', { hasText: 'Start a training run' }).waitFor();
    });
  });
}

/** Goes there, in the dark or not, and lets axe look once all is there. */
export async function expectNoFaults(world: World, place: Place, colours: 'light' | 'dark'): Promise<void> {
  const { page } = world;
  const { name, link, press, shows } = place;
  await visit(world, link);
  if (press) await page.locator(press).first().click();
  await page.locator(shows).first().waitFor();
  await expect.poll(() => page.locator('.spinner, [aria-busy="true"]').count(), SOON).toBe(0);
  await page.locator(`html[data-theme="${colours}"]`).waitFor();
  const rules = colours === 'dark' ? ['color-contrast'] : null;
  await expect.poll(() => faults(world, rules), { ...SOON, message: `${name} in ${colours}` }).toEqual([]);
}

/** Serious and critical ones of the page as it is; `rules`: of these rules only. */
export async function faults({ page }: World, rules: readonly string[] | null = null): Promise<string[]> {
  // Through the debugger, which the page's policy does not bind.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  const violations = await page.evaluate(async (only) => {
    const { axe } = window as unknown as { axe: { run(options: object): Promise<{ violations: Violation[] }> } };
    return (await axe.run({ resultTypes: ['violations'], ...(only ? { runOnly: only } : {}) })).violations;
  }, rules);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .map(({ html }) => html.slice(0, 120))
          .slice(0, 3)
          .join(' | ')}`,
    );
}
