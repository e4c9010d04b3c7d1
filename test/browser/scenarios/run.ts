import { describe, expect, test } from 'vitest';
import type { Point } from '../../../domain/geometry.ts';
import { GOOD } from '../batchFolder.ts';
import { IMAGE } from '../marksModel.ts';
import { expectCount, SOON, visitAfresh, type World } from './world.ts';

const WORST = `query ($id: ID!) { run(id: $id) { faceErrors(first: 1) { edges { node { key maePx prediction { id faces { keypoints } truths { keypoints } } } } } } }`;

/** Pixels of the screen. */
const NEAR = 0.6;

export function run(world: World): void {
  describe('a run', () => {
    test('draws its curve and its errors on a face, once they are seen', async () => {
      const { page } = world;
      await visitAfresh(world, `#/runs/${world.run}`);
      await expect.poll(() => page.locator('.plot-box svg path').count(), SOON).toBeGreaterThan(0);
      await expectCount(page.locator('.error-point'), 68);
      await page.getByRole('rowheader', { name: 'even' }).waitFor();
      // Nobody knows what this model was trained on.
      expect(await page.getByRole('rowheader', { name: /seen/ }).count()).toBe(0);
    });

    test('keeps its filters in the URL: the same link shows the same images', async () => {
      const { page } = world;
      await page.getByRole('button', { name: 'Failed', exact: true }).click();
      await page.getByRole('combobox', { name: 'Reason' }).selectOption('TRUNCATED');
      await page.getByText('cut.jpg').waitFor();
      await expectCount(page.locator('.item-row'), 1);
      await expect.poll(() => page.url(), SOON).toContain('show=failed&code=TRUNCATED');
      await page.reload();
      await page.getByText('cut.jpg').waitFor();
      await expectCount(page.locator('.item-row'), 1);
      await page.getByRole('button', { name: 'In order' }).click();
      await page.getByLabel('Name begins with').fill('people/1');
      await page.getByText('people/10.jpg').waitFor();
      await expectCount(page.locator('.item-row'), 10);
      await page.goBack();
      await page.getByText('cut.jpg').waitFor();
      await expectCount(page.locator('.item-row'), 1);
    });

    test('lists the worst first and the best first', async () => {
      const { page } = world;
      const first = page.locator('.item-row .key').first();
      await page.getByRole('button', { name: 'Worst first' }).click();
      await expect.poll(() => first.innerText(), SOON).toBe(`people/${GOOD - 1}.jpg`);
      await page.getByRole('button', { name: 'Best first' }).click();
      await expect.poll(() => first.innerText(), SOON).toBe('people/00.jpg');
    });

    test('opens an image with its points on the pixels that the API names, zoomed or not', async () => {
      const { page, stack } = world;
      await visitAfresh(world, `#/runs/${world.run}?show=worst`);
      const { run: view } = await stack.get(WORST, { id: world.run });
      const { key, prediction } = view.faceErrors.edges[0].node;
      await page.locator('.item-row', { hasText: key }).click();
      await page.locator('.viewer h3.key', { hasText: key }).waitFor();
      await expectOnPixels(world, prediction.faces[0].keypoints, prediction.truths[0].keypoints);
      const whole = await widthOnScreen(world);
      await page.getByRole('button', { name: 'Larger' }).click();
      await page.getByRole('button', { name: 'Larger' }).click();
      await expect.poll(() => widthOnScreen(world), SOON).toBeGreaterThan(whole * 1.5);
      await expectOnPixels(world, prediction.faces[0].keypoints, prediction.truths[0].keypoints);
      await page.getByRole('button', { name: 'Whole image' }).click();
    });

    test('shows an image that is stored on its side as it was taken, and its points with it', async () => {
      const { page } = world;
      const shown = page.locator('.stage img');
      const size = () => shown.evaluate((image: HTMLImageElement) => [image.naturalWidth, image.naturalHeight]);
      await expect.poll(size, SOON).toEqual([IMAGE.width, IMAGE.height]);
    });

    test('tells the error of each point, the largest first, and marks the one that is pointed at', async () => {
      const { page } = world;
      const row = page.locator('.points tbody tr').first();
      const expected = (GOOD - 1) / 8 / 2;
      const shown = async () => Number.parseFloat(await row.locator('td').last().innerText());
      await expect.poll(shown, SOON).toBeGreaterThan(expected * 0.8);
      // Off it first: a mouse that lies there already does not enter.
      await page.locator('.viewer-bar').hover();
      await row.hover();
      await expectCount(page.locator('.overlay .predicted.chosen'), 1);
    });

    test('hides the predicted or the true points when told to', async () => {
      const { page } = world;
      await page.getByLabel('Predicted').uncheck();
      await expectCount(page.locator('.overlay .predicted'), 0);
      await expectCount(page.locator('.overlay .truth'), 68);
      await page.getByLabel('True').uncheck();
      await expectCount(page.locator('.overlay .truth'), 0);
      await page.getByLabel('Predicted').check();
      await page.getByLabel('True').check();
      await expectCount(page.locator('.overlay .predicted'), 68);
    });

    test('goes to the next and the previous image by the arrow keys, and closes by Escape', async () => {
      const { page } = world;
      const key = page.locator('.viewer h3.key');
      await page.keyboard.press('ArrowRight');
      await expect.poll(() => key.innerText(), SOON).toBe(`people/${GOOD - 2}.jpg`);
      await page.keyboard.press('ArrowLeft');
      await expect.poll(() => key.innerText(), SOON).toBe(`people/${GOOD - 1}.jpg`);
      await page.keyboard.press('Escape');
      await expectCount(page.locator('.viewer'), 0);
      await expect.poll(() => page.url(), SOON).not.toContain('open=');
    });
  });
}

/** CSS pixels; 0 before the stage is laid out. */
function widthOnScreen({ page }: World): Promise<number> {
  return page.locator('.stage img').evaluate((image) => image.getBoundingClientRect().width);
}

async function expectOnPixels(world: World, predicted: readonly Point[], truth: readonly Point[]): Promise<void> {
  const { page } = world;
  await page.locator('.overlay circle.predicted').nth(67).waitFor({ state: 'attached' });
  await expect.poll(() => widthOnScreen(world), SOON).toBeGreaterThan(IMAGE.width);
  const seen = await page.evaluate(() => {
    const centres = (selector: string) =>
      [...document.querySelectorAll(selector)].map((one) => {
        const { left, top, width, height } = one.getBoundingClientRect();
        return [left + width / 2, top + height / 2] as const;
      });
    const { left, top, width, height } = document.querySelector('.stage img')!.getBoundingClientRect();
    return {
      image: { left, top, width, height },
      predicted: centres('.overlay circle.predicted'),
      truth: centres('.overlay path.truth'),
    };
  });
  const onScreen = ([x, y]: Point): Point => [
    seen.image.left + (x / IMAGE.width) * seen.image.width,
    seen.image.top + (y / IMAGE.height) * seen.image.height,
  ];
  for (const [points, places] of [
    [predicted, seen.predicted],
    [truth, seen.truth],
  ] as const) {
    expect(places).toHaveLength(points.length);
    points.forEach((point, i) => {
      const [x, y] = onScreen(point);
      expect(Math.hypot(places[i]![0] - x, places[i]![1] - y), `point ${i}`).toBeLessThan(NEAR);
    });
  }
}
