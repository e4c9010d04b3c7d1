import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rowWindow } from '../../../web/ui/window.ts';

test('of ten thousand rows only those in view and a few more are drawn', () => {
  const { from, to } = rowWindow(5_000 * 56, 600, 56, 10_000, 10);
  expect(from).toBe(4_990);
  expect(to).toBe(5_000 + 11 + 10);
});

test('whatever is in view is drawn, and nothing that is not there', () => {
  fc.assert(
    fc.property(fc.nat(10_000), fc.integer({ min: 1, max: 2_000 }), fc.nat(400_000), (rows, height, top) => {
      const { from, to } = rowWindow(top, height, 40, rows);
      expect(from).toBeGreaterThanOrEqual(0);
      expect(to).toBeLessThanOrEqual(rows);
      for (const y of [top, top + height - 1]) {
        const row = Math.floor(y / 40);
        if (row < rows) expect(row >= from && row < to).toBe(true);
      }
    }),
  );
});
