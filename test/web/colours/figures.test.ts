/** Colours of the figures, as they are drawn: read from the SVG. */
import { describe, expect, test } from 'vitest';
import { renderSvg } from '../../../training/figures/render.ts';
import {
  cedCurves,
  errorAgainstYaw,
  errorByKeypoint,
  lossCurves,
  sweepCurves,
  type Theme,
} from '../../../training/figures/specs/index.ts';
import { contrast, distance, VISIONS, type Vision } from './colourVision.ts';
import { tokens } from './styles.ts';

/** CIEDE2000, between any two of eight. */
const APART = 12;
const SEEN = 3;
const THEMES: readonly Theme[] = ['light', 'dark'];
const VISION_NAMES = Object.keys(VISIONS) as Vision[];

interface Line {
  readonly colour: string;
  readonly dash: string;
}

/** Lines of the figure; those of its legend are left out. */
function linesOf(svg: string): Line[] {
  const groups = [...svg.matchAll(/<g class="mark-line[^>]*>([\s\S]*?)<\/g>/g)].map(([, inner]) => inner!);
  return groups
    .flatMap((inner) => [...inner.matchAll(/<path [^>]*>/g)].map(([path]) => path))
    .map((path) => ({
      colour: /stroke="(#[0-9a-f]{6})"/i.exec(path)![1]!,
      dash: /stroke-dasharray="([^"]*)"/.exec(path)?.[1] ?? '',
    }));
}

function fillsOf(svg: string, mark: string): string[] {
  const group = new RegExp(`<g class="mark-${mark}[^>]*>([\\s\\S]*?)</g>`).exec(svg)![1]!;
  return [...new Set([...group.matchAll(/fill="(#[0-9a-f]{6})"/gi)].map(([, colour]) => colour!))];
}

function grounds(theme: Theme): string[] {
  // Reports are on white paper.
  return ['raised', 'ground', ...(theme === 'light' ? ['paper'] : [])].map((name) => tokens(theme).get(name)!);
}

function expectSeen(colours: readonly string[], theme: Theme): void {
  for (const colour of colours) {
    for (const ground of grounds(theme))
      expect(contrast(colour, ground), `${colour} on ${ground}`).toBeGreaterThanOrEqual(SEEN);
  }
}

function expectApart(colours: readonly string[]): void {
  for (const [i, one] of colours.entries()) {
    for (const other of colours.slice(i + 1)) {
      for (const vision of VISION_NAMES) {
        expect(distance(one, other, vision), `${one} and ${other}, ${vision}`).toBeGreaterThanOrEqual(APART);
      }
    }
  }
}

const points = [1, 2, 3].map((epoch) => ({ epoch, train: 0.1 / epoch, heldOut: 0.15 / epoch }));

describe.each(THEMES)('figures in %s', (theme) => {
  test('eight runs: colours apart for everybody and seen on their ground', async () => {
    const series = Array.from({ length: 8 }, (_, i) => ({
      label: `run ${i}`,
      ced: [
        [0, 0],
        [0.05, (i + 1) / 9],
      ] as const,
    }));
    const lines = linesOf(await renderSvg(cedCurves(series, { theme })));
    expect(lines).toHaveLength(8);
    expectApart(lines.map(({ colour }) => colour));
    expectSeen(
      lines.map(({ colour }) => colour),
      theme,
    );
  });

  test('a sweep of forty settings: no two lines have the colour and the dash of another, nor neighbours the dash', async () => {
    const series = Array.from({ length: 40 }, (_, i) => ({ label: `setting ${String(i).padStart(2, '0')}`, points }));
    const lines = linesOf(await renderSvg(sweepCurves(series, { theme })));
    expect(new Set(lines.map(({ colour, dash }) => `${colour} ${dash}`)).size).toBe(40);
    for (const [i, { dash }] of lines.slice(1).entries()) expect(dash).not.toBe(lines[i]!.dash);
  });

  test('train and val: by colour and by dash', async () => {
    const [train, val] = linesOf(await renderSvg(lossCurves(points, { theme, heldOut: 'val' })));
    expectApart([train!.colour, val!.colour]);
    expectSeen([train!.colour, val!.colour], theme);
    expect(train!.dash).not.toBe(val!.dash);
  });

  test('bars by keypoint: two shades in turn, each part of the face by its name', async () => {
    const errors = ['jaw 1', 'jaw 2', 'nose 1', 'mouth 1'].map((name, index) => ({ index, name, maePx: index + 1 }));
    const svg = await renderSvg(errorByKeypoint(errors, { theme }));
    const shades = fillsOf(svg, 'rect');
    expect(shades).toHaveLength(2);
    expectApart(shades);
    expectSeen(shades, theme);
    for (const part of ['jaw', 'nose', 'mouth']) expect(svg).toContain(`>${part}</text>`);
  });

  test('errors against yaw: the mean is a line over dots, in a colour of its own', async () => {
    const faces = [-20, 3, 21].map((yaw, i) => ({ yaw, error: i + 1 }));
    const svg = await renderSvg(errorAgainstYaw(faces, { theme }));
    const [mean] = linesOf(svg);
    const [dot] = fillsOf(svg, 'symbol');
    expectApart([mean!.colour, dot!]);
    expectSeen([mean!.colour], theme);
  });
});
