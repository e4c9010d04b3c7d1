import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { renderPng, renderSvg } from '../../../training/figures/render.ts';
import {
  cedCurves,
  errorAgainstYaw,
  errorByKeypoint,
  lossCurves,
  sweepCurves,
} from '../../../training/figures/specs/index.ts';

const points = [1, 2, 3].map((epoch) => ({ epoch, train: 0.1 / epoch, heldOut: 0.15 / epoch }));
const figures = {
  loss: lossCurves(points, { title: 'nose' }),
  sweep: sweepCurves([
    { label: 'kernel 3', points },
    { label: 'kernel 5', points: points.map((p) => ({ ...p, heldOut: p.heldOut * 2 })) },
  ]),
  ced: cedCurves([
    {
      label: 'run',
      ced: [
        [0, 0],
        [0.05, 0.5],
        [0.1, 0.9],
      ],
    },
  ]),
  keypoints: errorByKeypoint([
    { index: 0, name: 'jaw 1', maePx: 3 },
    { index: 1, name: 'nose', maePx: 1 },
  ]),
  yaw: errorAgainstYaw([
    { yaw: -20, error: 5 },
    { yaw: 3, error: 2 },
    { yaw: 21, error: 6 },
  ]),
};

describe.each(Object.entries(figures))('the %s figure', (_, spec) => {
  test('becomes an SVG with marks and labelled axes', async () => {
    const svg = await renderSvg(spec);
    expect(svg).toMatch(/class="mark-(line|rect|symbol)/);
    expect(svg).toContain('axis-title');
  });
});

test('a PNG has ink on it', async () => {
  const { channels, isOpaque } = await sharp(await renderPng(figures.loss)).stats();
  expect(isOpaque).toBe(true);
  expect(channels[0]!.min).toBeLessThan(100);
  expect(channels[0]!.max).toBe(255);
});

test('the dark theme changes the ink, not the data', async () => {
  expect(await renderSvg(lossCurves(points, { theme: 'dark' }))).toContain('#e6e8eb');
});

/** Texts of the axes' labels, x and y apart. */
function axisLabels(svg: string): string[][] {
  return [...svg.matchAll(/class="mark-text role-axis-label".*?<\/g>/g)].map(([group]) =>
    [...group.matchAll(/<text[^>]*opacity="1"[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!),
  );
}

const ced = [0, 0.05, 0.1].map((error): [number, number] => [error, error * 9]);

test.each([240, 520, 1400])('no tick of a cumulative error curve %i px wide is told twice', async (width) => {
  const svg = await renderSvg(cedCurves([{ label: 'run', ced }], { width, height: width / 2 }));
  const axes = axisLabels(svg).filter((labels) => labels.length > 0);
  expect(axes).toHaveLength(2);
  for (const labels of axes) {
    expect(labels.length).toBeGreaterThan(2);
    expect(new Set(labels).size).toBe(labels.length);
  }
});

test('curves over each other differ by colour and by dash, and their labels are whole', async () => {
  const labels = Array.from({ length: 8 }, (_, i) => `a batch with a name, model 0123456789ab, crop ${i}`);
  const svg = await renderSvg(cedCurves(labels.map((label) => ({ label, ced }))));
  const lines = [...svg.matchAll(/class="mark-line.*?<\/g>/g)].map(([group]) => group);
  const dashes = lines.map((line) => /stroke-dasharray="([^"]*)"/.exec(line)?.[1] ?? 'none');
  expect(new Set(lines.map((line) => /stroke="([^"]*)"/.exec(line)?.[1])).size).toBe(8);
  expect(new Set(dashes).size).toBeGreaterThan(4);
  for (const label of labels) expect(svg).toContain(label);
});

test('the parts of a face are written over their bars, so that no colour has to be known', async () => {
  const names = ['jaw 1', 'jaw 2', 'left eye 1', 'left eye 2', 'outer lip 1'];
  const svg = await renderSvg(errorByKeypoint(names.map((name, index) => ({ index, name, maePx: index + 1 }))));
  for (const part of ['jaw', 'left eye', 'outer lip']) expect(svg).toContain(`>${part}</text>`);
  expect(svg).not.toContain('role-legend');
});

test('loss curves name the faces that were held out', async () => {
  const svg = await renderSvg(lossCurves(points, { heldOut: 'val' }));
  expect(svg).toContain('>val<');
  expect(svg).not.toContain('>test<');
  expect(await renderSvg(sweepCurves([{ label: 'kernel 3', points }], { heldOut: 'val' }))).toContain('>val loss<');
});
