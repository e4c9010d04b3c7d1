import fc from 'fast-check';
import { expect, test } from 'vitest';
import { around, moved, toStage, wholeImage, zoomed } from '../../../web/viewer/viewport.ts';

const image = { width: 640, height: 480 };
const stage = { width: 400, height: 600 };

test('the whole image fits, in the middle, its aspect kept', () => {
  expect(wholeImage(image, stage)).toEqual({ scale: 0.625, left: 0, top: 150 });
});

test('what is under the pointer stays there while zooming in', () => {
  const from = zoomed(wholeImage(image, stage), 4, [200, 300], image, stage);
  const to = zoomed(from, 1.25, [210, 290], image, stage);
  const under = [(210 - from.left) / from.scale, (290 - from.top) / from.scale] as const;
  const [x, y] = toStage(to, under);
  expect(x).toBeCloseTo(210);
  expect(y).toBeCloseTo(290);
});

test('however it is zoomed and moved, the image covers the stage or lies in its middle', () => {
  const step = fc.record({
    factor: fc.double({ min: 0.2, max: 5, noNaN: true }),
    dx: fc.integer({ min: -2000, max: 2000 }),
    dy: fc.integer({ min: -2000, max: 2000 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
      let view = wholeImage(image, stage);
      for (const { factor, dx, dy } of steps) {
        view = moved(zoomed(view, factor, [100, 100], image, stage), dx, dy, image, stage);
      }
      const width = image.width * view.scale;
      if (width > stage.width) {
        expect(view.left).toBeLessThanOrEqual(1e-6);
        expect(view.left + width).toBeGreaterThanOrEqual(stage.width - 1e-6);
      } else {
        expect(view.left).toBeCloseTo((stage.width - width) / 2);
      }
    }),
  );
});

test('a box comes to lie in the middle', () => {
  const view = around({ left: 100, top: 50, width: 80, height: 40 }, stage);
  expect(toStage(view, [140, 70])).toEqual([200, 300]);
});
