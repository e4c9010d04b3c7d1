import { describe, expect, test } from 'vitest';
import { ciede2000, contrast, distance, type Lab, over, VISIONS, type Vision } from './colourVision.ts';

describe('the measures of colours', () => {
  /** Table 1 of Sharma, Wu and Dalal 2005: pairs 1, 4, 9, 17, 25, 34. */
  test.each<[a: Lab, b: Lab, expected: number]>([
    [[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425],
    [[50, -1.3802, -84.2814], [50, 0, -82.7485], 1],
    [[50, 2.49, -0.001], [50, -2.49, 0.0009], 7.1792],
    [[50, 2.5, 0], [73, 25, -18], 27.1492],
    [[60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644],
    [[2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514], 0.9082],
  ])('CIEDE2000 of %j and %j is %d, as published', (a, b, expected) => {
    expect(ciede2000(a, b)).toBeCloseTo(expected, 4);
    expect(ciede2000(b, a)).toBeCloseTo(expected, 4);
  });

  test.each(Object.keys(VISIONS) as Vision[])('%s leaves greys as they are', (vision) => {
    for (const grey of [0, 0.2, 1]) {
      for (const value of VISIONS[vision]([grey, grey, grey])) expect(value).toBeCloseTo(grey, 4);
    }
  });

  test.each<[vision: Vision, a: string, b: string]>([
    ['protanopia', '#e0452c', '#6f7a1f'],
    ['deuteranopia', '#d05a50', '#868a4e'],
    ['tritanopia', '#00694d', '#00588c'],
  ])('%s brings colours together that differ for others', (vision, a, b) => {
    expect(distance(a, b, vision)).toBeLessThan(0.5 * distance(a, b, 'all cones'));
  });

  test('contrast is 21 between black and white, and a colour over a ground is between them', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 9);
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
    expect(over('#000000', 0.5, '#ffffff')).toBe('#808080');
  });
});
