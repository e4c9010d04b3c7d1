import { expect, test } from 'vitest';
import { bytes, count, duration, percent, pixels, signed, significant, things } from '../../../web/ui/formatting.ts';

test('what is not known is a dash, never a zero', () => {
  expect([count(null), pixels(null), percent(undefined), duration(null), significant(null)]).toEqual(
    Array.from({ length: 5 }, () => '–'),
  );
});

test('numbers carry their units', () => {
  expect(count(100_000)).toBe('100,000');
  expect(pixels(1.2345)).toBe('1.23 px');
  expect(percent(0.05123)).toBe('5.12 %');
  expect([bytes(999), bytes(1_000), bytes(2_340_000)]).toEqual(['999 B', '1.00 kB', '2.34 MB']);
  expect([duration(0.2), duration(59.6), duration(3_725)]).toEqual(['under 1 s', '1 min 0 s', '1 h 2 min']);
  expect([significant(0.000123), significant(0.0123456)]).toEqual(['1.23e-4', '0.01235']);
});

test('differences say their direction', () => {
  expect([signed(0.314), signed(-0.19), signed(-0.001), signed(0)]).toEqual(['+0.31', '−0.19', '0.00', '0.00']);
});

test('things are counted in their singular and plural', () => {
  expect([things(1, 'image'), things(1200, 'image'), things(null, 'face')]).toEqual([
    '1 image',
    '1,200 images',
    '– faces',
  ]);
});
