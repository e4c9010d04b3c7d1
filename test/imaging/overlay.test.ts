import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { Point } from '../../domain/geometry.ts';
import { LAYOUTS } from '../../domain/layouts.ts';
import { drawOverlay } from '../../imaging/overlay.ts';
import { contactSheet } from '../../imaging/sheet.ts';

const grey = (width: number, height: number, orientation?: number) =>
  sharp({ create: { width, height, channels: 3, background: '#808080' } })
    .withMetadata(orientation ? { orientation } : {})
    .jpeg()
    .toBuffer();

async function pixelsOf(picture: Buffer) {
  const { data, info } = await sharp(picture).raw().toBuffer({ resolveWithObject: true });
  const at = ([x, y]: Point) => [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)];
  return { at, info };
}

describe('an overlay', () => {
  test('has a green dot at each keypoint and an orange one at the truth', async () => {
    const points: Point[] = Array.from({ length: 68 }, (_, i) => [40 + (i % 10) * 12, 30 + Math.floor(i / 10) * 12]);
    const picture = await drawOverlay(
      await grey(200, 150),
      [
        { keypoints: points, layout: LAYOUTS.ibug68 },
        { truth: [[180, 130]], box: { left: 10, top: 10, width: 150, height: 120 } },
      ],
      { format: 'png', maxSide: 400 },
    );
    const { at, info } = await pixelsOf(picture);
    expect([info.width, info.height, info.channels]).toEqual([400, 300, 3]);
    for (const [x, y] of points) {
      const [red, green] = at([Math.round(x * 2), Math.round(y * 2)]);
      expect(green! - red!).toBeGreaterThan(60);
    }
    const [red, , blue] = at([360, 260]);
    expect(red! - blue!).toBeGreaterThan(80);
    expect(at([20, 140])[2]).toBeGreaterThan(180);
    expect(at([390, 10])).toEqual([128, 128, 128]);
  });

  test('is of the upright image, scaled down to its longest side', async () => {
    const picture = await drawOverlay(await grey(1200, 600, 6), [], { maxSide: 300, caption: 'x' });
    const { width, height } = await sharp(picture).metadata();
    expect([width, height]).toEqual([150, 300]);
  });

  test('takes any caption', async () => {
    const caption = `<&"' \u0000 \ud800 日本 ${'long '.repeat(50)}`;
    await expect(drawOverlay(await grey(100, 100), [], { caption })).resolves.toBeInstanceOf(Buffer);
  });
});

describe('a contact sheet', () => {
  test('has a place for each picture and its caption', async () => {
    const tiles = await Promise.all(
      [100, 200, 300].map(async (width) => ({ picture: await grey(width, 100), caption: [`w ${width}`, '<b>'] })),
    );
    const sheet = await contactSheet(tiles, { tileSide: 100, columns: 2, title: 'Three', format: 'png' });
    const { at, info } = await pixelsOf(sheet);
    expect([info.width, info.height]).toEqual([236, 36 + 2 * (112 + 36) + 12]);
    expect(at([12 + 50, 36 + 12 + 50])).toEqual([128, 128, 128]);
    expect(at([12 + 112 + 50, 36 + 12 + 148 + 50])).toEqual([24, 27, 34]);
  });

  test('of nothing is refused', async () => {
    await expect(contactSheet([])).rejects.toThrow('at least one tile');
  });
});
