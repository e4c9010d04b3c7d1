import { describe, expect, test } from 'vitest';
import { LAYOUTS, layoutOf, unnamedLayout } from '../../domain/layouts.ts';

describe.each(Object.values(LAYOUTS))('layout $id', (layout) => {
  test('names every point once', () => {
    expect(layout.names).toHaveLength(layout.points);
    expect(new Set(layout.names).size).toBe(layout.points);
  });

  test('a mirror image of the mirror image is the face', () => {
    expect(layout.flip.map((i) => layout.flip[i])).toEqual(layout.names.map((_, i) => i));
  });

  test('the mirror image exchanges left and right by name', () => {
    const swapped = (name: string) =>
      name.replace(/left|right/, (side) => (side === 'left' ? 'right' : 'left')).replace(/ \d+$/, '');
    layout.flip.forEach((to, from) => {
      if (!/left|right/.test(layout.names[from]!)) return;
      expect(layout.names[to]!.replace(/ \d+$/, '')).toBe(swapped(layout.names[from]!));
    });
  });

  test('curves and corners name points that exist', () => {
    const used = [...layout.curves.flat(), ...(layout.outerEyeCorners ?? []), ...(layout.pupils ?? []).flat()];
    expect(used.every((i) => i >= 0 && i < layout.points)).toBe(true);
  });

  test('the outer eye corners are a flip pair', () => {
    if (!layout.outerEyeCorners) return;
    const [right, left] = layout.outerEyeCorners;
    expect(layout.flip[right]).toBe(left);
  });
});

test('a layout of another size is refused', () => {
  expect(() => layoutOf('ibug68', 58)).toThrow(/68 points.*58/);
  expect(layoutOf('points', 5)).toEqual(unnamedLayout(5));
});
