import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { type Box, iou } from '../../domain/geometry.ts';
import { openImage } from '../../imaging/crop.ts';
import { openDetector } from '../../inference/detector.ts';
import { checkedDetector, readDetectorPackage } from '../../inference/detectorPackage.ts';
import { createPredictor } from '../../inference/predictor.ts';
import { Runtime } from '../../inference/runtime.ts';
import { decodeGrid, suppressOverlaps } from '../../inference/yolo.ts';
import { centroidPackage, collect, stream } from './models.ts';

const root = resolve(import.meta.dirname, '../..');
const portrait = () => readFile(resolve(root, 'demo/eileen-collins.jpg'));
/** By eye, in the portrait of 512 x 512: brow to chin, ear to ear. */
const FACE: Box = { left: 165, top: 80, width: 112, height: 112 };

const runtime = new Runtime({ threads: 1 });
afterAll(() => runtime.close());
const shipped = await readDetectorPackage(resolve(root, 'models/detector'));

/** The portrait, scaled, pasted at each place of a grey picture. */
async function scene(width: number, height: number, places: readonly { left: number; top: number; side: number }[]) {
  const parts = await Promise.all(
    places.map(async ({ left, top, side }) => ({
      input: await sharp(await portrait())
        .resize(side, side)
        .toBuffer(),
      left,
      top,
    })),
  );
  return await sharp({ create: { width, height, channels: 3, background: '#556677' } })
    .composite(parts)
    .jpeg({ quality: 92 })
    .toBuffer();
}

const placed = ({ left, top, side }: { left: number; top: number; side: number }): Box => ({
  left: left + (FACE.left * side) / 512,
  top: top + (FACE.top * side) / 512,
  width: (FACE.width * side) / 512,
  height: (FACE.height * side) / 512,
});

describe('the face detector', () => {
  test('finds the face of a portrait, and nothing else', async () => {
    const detector = await openDetector(runtime, shipped);
    const faces = await detector.detect(await openImage(await portrait()));
    expect(faces).toHaveLength(1);
    expect(iou(faces[0]!.box, FACE)).toBeGreaterThan(0.6);
    expect(faces[0]!.score).toBeGreaterThan(0.8);
  });

  test('finds faces of several sizes where they lie in a whole scene', async () => {
    const places = [
      { left: 40, top: 60, side: 420 },
      { left: 900, top: 500, side: 600 },
      { left: 520, top: 30, side: 360 },
    ];
    const detector = await openDetector(runtime, shipped);
    const faces = await detector.detect(await openImage(await scene(1600, 1200, places)));
    for (const place of places) {
      expect(Math.max(...faces.map(({ box }) => iou(box, placed(place))))).toBeGreaterThan(0.55);
    }
    expect(faces).toHaveLength(places.length);
  });

  test('finds a face that fills the image', async () => {
    const close = await sharp(await portrait())
      .extract({ left: 150, top: 50, width: 140, height: 160 })
      .resize(700, 800)
      .jpeg()
      .toBuffer();
    const detector = await openDetector(runtime, shipped);
    const [face] = await detector.detect(await openImage(close));
    expect(iou(face!.box, { left: 75, top: 150, width: 560, height: 560 })).toBeGreaterThan(0.5);
  });

  test('finds the same whether the file is turned by its EXIF orientation or not', async () => {
    const upright = await scene(640, 480, [{ left: 300, top: 60, side: 300 }]);
    const turned = await sharp(upright).rotate(-90).withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer();
    const detector = await openDetector(runtime, shipped);
    const [a] = await detector.detect(await openImage(upright));
    const [b] = await detector.detect(await openImage(turned));
    expect(iou(a!.box, b!.box)).toBeGreaterThan(0.9);
  });

  test('finds a face that it is not sure of where there is no other, and leaves such out beside a sure one', async () => {
    const grey = (width: number, height: number) =>
      sharp({ create: { width, height, channels: 3, background: '#556677' } });
    const askew = await sharp(await portrait())
      .resize(300, 300)
      .toBuffer();
    const turned = await sharp(askew).rotate(45).resize(380, 380).png().toBuffer();
    const alone = await grey(640, 480)
      .composite([{ input: turned, left: 200, top: 60 }])
      .png()
      .toBuffer();
    const detector = await openDetector(runtime, shipped);
    const [face, ...more] = await detector.detect(await openImage(alone));
    expect(more).toEqual([]);
    expect(face?.score).toBeGreaterThan(0.3);
    expect(face?.score).toBeLessThan(0.5);
    const { left, top, width, height } = face!.box;
    expect(Math.hypot(left + width / 2 - 422, top + height / 2 - 193)).toBeLessThan(25);
    const strict = await openDetector(runtime, shipped, { minScore: 0.5 });
    expect(await strict.detect(await openImage(alone))).toEqual([]);
    const upright = await scene(640, 480, [{ left: 200, top: 60, side: 400 }]);
    const both = [alone, upright].map((input, i) => ({ input, left: i * 640, top: 0 }));
    const found = await detector.detect(await openImage(await grey(1280, 480).composite(both).png().toBuffer()));
    expect(found.map(({ box, score }) => box.left > 640 && score > 0.5)).toEqual([true]);
  });

  test('finds nobody in a plain picture', async () => {
    const detector = await openDetector(runtime, shipped);
    expect(await detector.detect(await openImage(await scene(640, 480, [])))).toEqual([]);
  });

  test('refuses a size that its grid can not have', async () => {
    await expect(openDetector(runtime, shipped, { inputSizes: [400] })).rejects.toMatchObject({
      code: 'INVALID_CONFIG',
    });
  });

  test('is refused where file and card disagree', () => {
    const card = JSON.stringify(shipped.card);
    expect(() => checkedDetector(card, Buffer.from('other'), 'here')).toThrow('sha256');
    expect(() => checkedDetector('{}', shipped.bytes, 'here')).toThrow('detector card');
  });
});

describe('predictions under the crop rule `detect`', () => {
  test('are one for each face, with the box the network was trained on', async () => {
    const image = await scene(1200, 700, [
      { left: 30, top: 60, side: 420 },
      { left: 620, top: 60, side: 500 },
    ]);
    const adjustment = { dx: 0, dy: -0.1, scale: 0.8 };
    const model = centroidPackage({ crop: 'detect', detectorBoxes: { [shipped.card.name]: adjustment } });
    const predictor = await createPredictor(model, { detector: shipped, runtime, batchSize: 3 });
    const plain = await scene(300, 200, []);
    const outcomes = await collect(
      predictor.predict(stream([image, plain, image].map((bytes, id) => ({ id, bytes, box: null })))),
    );
    expect(outcomes.map(({ faces, error }) => [faces.length, error])).toEqual([
      [2, null],
      [0, null],
      [2, null],
    ]);
    expect(outcomes[2]!.faces).toEqual(outcomes[0]!.faces);
    const detector = await openDetector(runtime, shipped);
    const [raw] = await detector.detect(await openImage(image));
    const [face] = outcomes[0]!.faces;
    expect(face).toMatchObject({ boxSource: 'detected' });
    expect(face!.box.width / raw!.box.width).toBeCloseTo(0.8, 3);
    expect(face!.score).toBeCloseTo(raw!.score, 3);
  });

  test('need a detector', async () => {
    const predictor = await createPredictor(centroidPackage(), { runtime });
    const item = { id: 1, bytes: await portrait(), box: null, cropRule: 'detect' as const };
    await expect(collect(predictor.predict(stream([item])))).rejects.toMatchObject({ code: 'INVALID_CONFIG' });
  });
});

describe('the grid of a YOLO', () => {
  test('is read as cells, anchors, sigmoids and exponentials', () => {
    const grid = new Float32Array(2 * 3 * 2 * 5).fill(-20);
    // Row 1, column 2, anchor 1.
    grid.set([0, Math.log(3), Math.log(2), 0, Math.log(9)], ((1 * 3 + 2) * 2 + 1) * 5);
    const anchors = [
      [1, 1],
      [2, 3],
    ] as const;
    const [found, ...more] = decodeGrid(grid, { rows: 2, columns: 3, stride: 32, anchors }, 0.5);
    expect(more).toEqual([]);
    expect(found!.score).toBeCloseTo(0.9, 6);
    const { left, top, width, height } = found!.box;
    expect([left + width / 2, top + height / 2, width, height]).toEqual([
      expect.closeTo(2.5 * 32, 4),
      expect.closeTo(1.75 * 32, 4),
      expect.closeTo(4 * 32, 4),
      expect.closeTo(3 * 32, 4),
    ]);
  });

  test('keeps the best of boxes that overlap', () => {
    const box = (left: number, score: number) => ({ box: { left, top: 0, width: 10, height: 10 }, score });
    const kept = suppressOverlaps([box(0, 0.6), box(1, 0.9), box(8, 0.7), box(30, 0.5)], 0.4);
    expect(kept.map(({ score }) => score)).toEqual([0.9, 0.7, 0.5]);
  });
});
