import { describe, expect, test } from 'vitest';
import { expectCount, SOON, visitAfresh, type World } from './world.ts';

const RUNS = `{ runs(project: "default", first: 50) { edges { node { id status batch { name } metrics { maePx } } } } }`;
const RERUN = `mutation ($input: RerunInput!) { rerun(input: $input) { __typename ... on OperationError { code message } } }`;
const MOST = 8;

interface Answered {
  readonly id: string;
  readonly status: string;
  readonly batch: { readonly name: string } | null;
  readonly metrics: { readonly maePx: number } | null;
}

export function compare(world: World): void {
  describe('two runs', () => {
    test('come of one batch by running it again with another model', async () => {
      const { page } = world;
      await visitAfresh(world, `#/runs/${world.run}`);
      await page.getByRole('button', { name: 'Rerun…' }).click();
      await page.getByRole('combobox', { name: 'Model', exact: true }).selectOption('marks-off');
      await page.getByLabel('Failures allowed, %').fill('20');
      await page.getByRole('button', { name: 'Score again', exact: true }).click();
      await page.getByRole('link', { name: 'marks-off 1' }).waitFor();
      await page.locator('dt', { hasText: 'MAE' }).waitFor();
    });

    test('are compared: metrics, curves over each other, and the faces that changed most', async () => {
      const { page } = world;
      await visitAfresh(world, '#/runs');
      const ticks = page.getByRole('checkbox', { name: 'Compare the run of spots' });
      await expectCount(ticks, 2);
      await ticks.nth(1).check();
      await ticks.nth(0).check();
      await page.getByRole('link', { name: 'Compare 2 runs' }).click();
      await page.getByRole('heading', { name: 'Compare 2 runs' }).waitFor();
      await expectCount(page.locator('.table-box tbody tr'), 2);
      await expectCount(page.locator('.plot-box .mark-line path'), 2);
      await page.getByText(/NME \+.*worse\)/).waitFor();
      const changes = page.getByRole('region', { name: 'Most worsened' }).getByRole('button');
      await expectCount(changes, 10);
      await changes.first().click();
      await expectCount(page.locator('.side-by-side .stage img'), 2);
      await page.keyboard.press('Escape');
      await expectCount(page.locator('.side-by-side'), 0);
    });

    test('are two or more, eight at most: what is asked beyond that is told', async () => {
      const { page } = world;
      await visitAfresh(world, `#/compare?${Array.from({ length: 9 }, () => `run=${world.run}`).join('&')}`);
      await page.getByText('Tick two to eight runs').waitFor();
      await visitAfresh(world, `#/compare?run=${world.run}`);
      await page.getByText('Tick two to eight runs').waitFor();
      await expect.poll(() => page.title(), SOON).toContain('Compare');
    });

    test('can be as many as eight: each has its row, its curve in its own colour and its name', async () => {
      const { page } = world;
      const runs = await eightRuns(world);
      world.eight = runs.map(({ id }) => id);
      await visitAfresh(world, `#/compare?${world.eight.map((id) => `run=${id}`).join('&')}`);
      await page.getByRole('heading', { name: 'Compare 8 runs' }).waitFor();
      const rows = page.locator('.table-box tbody tr');
      await expectCount(rows, MOST);
      const cells = rows.locator('td:nth-of-type(5)');
      await expect
        .poll(() => cells.allInnerTexts(), SOON)
        .toEqual(runs.map(({ metrics }) => `${metrics!.maePx.toFixed(2)} px`));
      expect(new Set(await rows.locator('th').allInnerTexts()).size).toBe(MOST);
      const curves = page.locator('.plot-box .mark-line path');
      await expectCount(curves, MOST);
      const drawn = await curves.evaluateAll((all) => all.map((one) => one.getAttribute('stroke')));
      expect(new Set(drawn).size).toBe(MOST);
      await expectCount(page.getByRole('region', { name: 'Most worsened' }), MOST - 1);
      await page.getByRole('heading', { name: /^8\. .* against 1\. / }).waitFor();
    });
  });
}

/** Those of the batch there are, and as many more as it takes, with either model; all through. */
async function eightRuns({ stack, run }: World): Promise<Answered[]> {
  const ofBatch = async (): Promise<Answered[]> => {
    const { runs } = await stack.get(RUNS);
    const all: Answered[] = runs.edges.map(({ node }: { node: Answered }) => node);
    return all.filter(({ batch }) => batch?.name === 'spots').reverse();
  };
  for (let i = (await ofBatch()).length; i < MOST; i++) {
    const model = i % 2 === 0 ? 'marks' : 'marks-off';
    const { rerun } = await stack.get(RERUN, { input: { run, model, errorThreshold: 0.2 } });
    expect(rerun).toEqual({ __typename: 'RunPayload' });
  }
  await expect
    .poll(async () => (await ofBatch()).map(({ status, metrics }) => `${status} ${metrics !== null}`), SOON)
    .toEqual(Array.from({ length: MOST }, () => 'DONE true'));
  return ofBatch();
}
