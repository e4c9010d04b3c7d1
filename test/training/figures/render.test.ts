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

const points = [1, 2, 3].map((epoch) => ({ epoch, train: 0.1 / epoch, test: 0.15 / epoch }));
const figures = {
  loss: lossCurves(points, { title: 'nose' }),
  sweep: sweepCurves([
    { label: 'kernel 3', points },
    { label: 'kernel 5', points: points.map((p) => ({ ...p, test: p.test * 2 })) },
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
