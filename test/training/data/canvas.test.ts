import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { applyTransform } from '../../../domain/geometry.ts';
import type { CropSpec } from '../../../domain/modelCard.ts';
import { buildCanvases } from '../../../training/data/canvas.ts';
import { cachedCanvases } from '../../../training/data/canvasCache.ts';
import { imageDigests } from '../../../training/data/digests.ts';
import type { Sample } from '../../../training/data/sample.ts';

const SPEC: CropSpec = { width: 60, height: 60, margin: 1.5, kernel: 'linear', fit: 'pad', fill: [9, 8, 7] };
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fiducial-canvas-'));
});

/** A 300x200 image, black with a soft white dot at (x, y). */
async function dotImage(name: string, x: number, y: number, grey = false): Promise<string> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200"><rect width="300" height="200"/>
    <circle cx="${x}" cy="${y}" r="9" fill="#fff"/></svg>`;
  const path = join(folder, name);
  const image = sharp(Buffer.from(svg)).removeAlpha();
  await (grey ? image.toColourspace('b-w') : image).png().toFile(path);
  return path;
}

function sampleOf(image: string, box: Sample['box']): Sample {
  return {
    image,
    key: 'a.png',
    size: null,
    box,
    keypoints: null,
    labelled: null,
    layout: null,
    group: 'a',
    source: 's',
    givenPart: null,
  };
}

/** Centre of mass of what is bright, in pixels. */
function bright(pixels: Uint8Array, width: number): [number, number] {
  let [sum, sx, sy] = [0, 0, 0];
  for (let i = 0; i < pixels.length / 3; i++) {
    const value = pixels[i * 3]! > 12 ? pixels[i * 3]! : 0;
    sum += value;
    sx += value * ((i % width) + 0.5);
    sy += value * (Math.floor(i / width) + 0.5);
  }
  return [sx / sum, sy / sum];
}

describe('canvases', () => {
  test.each([
    ['inside the image', { left: 100.3, top: 60.7, width: 70, height: 61 }, [140.4, 90.2], false],
    ['reaching over the corner of the image', { left: -20.4, top: -31, width: 90, height: 90 }, [30.3, 21.8], false],
    ['of a grey image', { left: 240, top: 140, width: 55, height: 70 }, [270.6, 180.1], true],
  ] as const)('show the square around a box %s where their transform says', async (name, box, dot, grey) => {
    const image = await dotImage(`${name}.png`, dot[0], dot[1], grey);
    const { pixels, imageToCanvas, sizes } = await buildCanvases([sampleOf(image, box)], SPEC, 'box');
    const [x, y] = applyTransform(imageToCanvas[0]!, dot);
    const [cx, cy] = bright(pixels, 60);
    expect(Math.hypot(cx - x, cy - y)).toBeLessThan(0.15);
    expect(sizes).toEqual([{ width: 300, height: 200 }]);
    // The real scale is the asked one to the pixel that sharp rounds to.
    expect(imageToCanvas[0]!.a).toBeCloseTo(60 / (1.5 * Math.max(box.width, box.height)), 1);
  });

  test('are filled outside the image', async () => {
    const image = await dotImage('fill.png', 50, 50);
    const box = { left: -60, top: 20, width: 80, height: 80 };
    const { pixels } = await buildCanvases([sampleOf(image, box)], SPEC, 'box');
    expect([...pixels.subarray(0, 3)]).toEqual([9, 8, 7]);
  });

  test('of whole images stretch each axis, with EXIF orientation applied', async () => {
    const upright = await dotImage('upright.png', 60, 50);
    const turned = join(folder, 'turned.jpg');
    // Stored lying on its side, displayed upright.
    await writeFile(turned, await sharp(upright).rotate(270).withMetadata({ orientation: 6 }).jpeg().toBuffer());
    const { pixels, sizes } = await buildCanvases([sampleOf(turned, null)], { ...SPEC, fit: 'stretch' }, 'whole');
    expect(sizes).toEqual([{ width: 300, height: 200 }]);
    const [cx, cy] = bright(pixels, 60);
    expect(cx).toBeCloseTo((60 / 300) * 60, 0);
    expect(cy).toBeCloseTo((50 / 200) * 60, 0);
  });

  test('name the image that can not be read, has no box, or lies outside its box', async () => {
    const text = join(folder, 'text.jpg');
    await writeFile(text, 'not an image');
    await expect(buildCanvases([sampleOf(text, null)], SPEC, 'whole')).rejects.toMatchObject({
      code: 'INVALID_DATASET',
    });
    const image = await dotImage('no box.png', 5, 5);
    await expect(buildCanvases([sampleOf(image, null)], SPEC, 'box')).rejects.toThrow(/no box\.png: .*a box/);
    const outside = { left: 900, top: 0, width: 10, height: 10 };
    await expect(buildCanvases([sampleOf(image, outside)], SPEC, 'box')).rejects.toThrow(
      /no box\.png: .*overlaps the image/,
    );
  });

  test('are used all the same where they can not be kept', async () => {
    const image = await dotImage('not kept.png', 80, 80);
    const sample = sampleOf(image, { left: 40, top: 40, width: 80, height: 80 });
    const digests = await imageDigests([sample]);
    // No folder can be made below a file, as none can on a full disk.
    const built = await cachedCanvases([sample], SPEC, 'box', join(image, 'cache'), digests);
    expect(built.pixels).toEqual((await buildCanvases([sample], SPEC, 'box')).pixels);
  });

  test('come back from the cache, unless image, box or crop changed', async () => {
    const cache = join(folder, 'cache');
    const image = await dotImage('cached.png', 80, 80);
    const sample = sampleOf(image, { left: 40, top: 40, width: 80, height: 80 });
    const digests = await imageDigests([sample]);
    const built = await cachedCanvases([sample], SPEC, 'box', cache, digests);
    const files = await readdir(cache);
    await rm(image);
    expect(await cachedCanvases([sample], SPEC, 'box', cache, digests)).toEqual(built);
    expect(await readdir(cache)).toEqual(files);
    const other = { ...sample, box: { ...sample.box!, left: 41 } };
    await expect(cachedCanvases([other], SPEC, 'box', cache, digests)).rejects.toThrow(/cached\.png/);
    await writeFile(join(cache, files.find((file) => file.endsWith('.bin'))!), 'cut short');
    await expect(cachedCanvases([sample], SPEC, 'box', cache, digests)).rejects.toThrow(/cached\.png/);
  });
});
