/** Colours of what is drawn on images: those that overlays are made with, on the edge that their dots have. */
import { describe, expect, test } from 'vitest';
import { OVERLAY_COLOURS } from '../../../imaging/overlay.ts';
import { dots } from '../../../imaging/svg.ts';
import { contrast, distance, VISIONS, type Vision } from './colourVision.ts';

/** As for the marks of the dashboard. */
const APART = 10;
const SEEN = 3;

const { predicted, truth, box } = OVERLAY_COLOURS;

describe.each(Object.keys(VISIONS) as Vision[])('with %s', (vision) => {
  test.each([
    ['predicted points', predicted, 'true ones', truth],
    ['predicted points', predicted, 'boxes', box],
    ['true points', truth, 'boxes', box],
  ])('%s (%s) are not taken for %s (%s)', (_, a, __, b) => {
    expect(distance(a, b, vision)).toBeGreaterThanOrEqual(APART);
  });
});

test.each(Object.entries(OVERLAY_COLOURS))('%s (%s) stands out from the edge of dots', (_, colour) => {
  const [, edge] = /stroke="(#[0-9a-f]{6})"/.exec(dots([[1, 1]], colour, 1))!;
  expect(contrast(colour, edge!)).toBeGreaterThanOrEqual(SEEN);
});
