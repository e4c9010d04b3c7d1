import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { SOON, visit, type World } from './world.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Together they have every component; contrast is what differs in the dark. */
const IN_DARK: ReadonlySet<string> = new Set(['batches', 'a run', 'an image', 'a model']);

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string }[];
}

export function accessibility(world: World): void {
  describe('every page', () => {
    const places = (): Record<string, string> => ({
      batches: '#/batches',
      runs: '#/runs',
      'a run': `#/runs/${world.run}`,
      'an image': `#/runs/${world.run}?show=all&open=${world.run!.replace('Run:', 'Prediction:')}:000000:0`,
      training: '#/training',
      models: '#/models',
      'a model': '#/models/Model:default:marks',
      'try one': '#/try',
      'a page that is not there': '#/nowhere',
    });

    test.each(['light', 'dark'] as const)('has no serious fault for axe in %s', async (colours) => {
      const { page } = world;
      await page.emulateMedia({ colorScheme: colours, reducedMotion: 'reduce' });
      for (const [name, place] of Object.entries(places())) {
        if (colours === 'dark' && !IN_DARK.has(name)) continue;
        await visit(world, place);
        await page.locator('main h1').waitFor();
        await expect.poll(() => page.locator('.spinner').count(), SOON).toBe(0);
        expect(await faults(world), `${name} in ${colours}`).toEqual([]);
      }
    });

    test('can be reached by keyboard alone', async () => {
      const { page } = world;
      await visit(world, '#/batches');
      await page.reload();
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
    });
  });
}

/** Serious and critical ones of the page as it is. */
export async function faults({ page }: World): Promise<string[]> {
  // Through the debugger, which the page's policy does not bind.
  await page.evaluate(AXE);
  const violations = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } };
    return (await axe.run()).violations;
  });
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .slice(0, 3)
          .map(({ html }) => html.slice(0, 120))
          .join(' | ')}`,
    );
}
