import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { FiducialError } from '../../domain/errors.ts';
import type { Point } from '../../domain/geometry.ts';
import type { ModelCard } from '../../domain/modelCard.ts';
import { predictionSchema } from '../../domain/records.ts';
import {
  createPredictor,
  type PredictedItem,
  type PredictorItem,
  type PredictorOptions,
  toPrediction,
} from '../../inference/predictor.ts';
import { centroidPackage, spot, stream } from './models.ts';

type Items<Id> = Iterable<PredictorItem<Id>> | AsyncIterable<PredictorItem<Id>>;

async function predictAll<Id>(items: Items<Id>, card: Partial<ModelCard> = {}, options: PredictorOptions = {}) {
  const predictor = await createPredictor(centroidPackage(card), { threads: 1, ...options });
  const outcomes: PredictedItem<Id>[] = [];
  const source = Symbol.asyncIterator in items ? items : stream(items);
  for await (const outcome of predictor.predict(source)) outcomes.push(outcome);
  await predictor.close();
  return outcomes;
}

const around = ([x, y]: Point, side: number) => ({ left: x - side / 2, top: y - side / 2, width: side, height: side });
const distance = (a: Point, b: Point) => Math.hypot(a[0] - b[0], a[1] - b[1]);

describe('a prediction', () => {
  test('is in pixels of the image, whatever box it came from', async () => {
    const at: Point = [83.4, 41.7];
    const bytes = await spot(160, 100, at);
    const boxes = [around(at, 40), around([90, 45], 50), around([70, 30], 90), around([80, 50], 150)];
    const outcomes = await predictAll(boxes.map((box, id) => ({ id, bytes, box })));
    for (const { faces, size } of outcomes) {
      expect(size).toEqual({ width: 160, height: 100 });
      expect(distance(faces[0]!.keypoints[0]!, at)).toBeLessThan(0.25);
      expect(faces[0]!.boxSource).toBe('given');
    }
  });

  test('of a whole image has the whole image as its box', async () => {
    const bytes = await spot(160, 100, [50, 60]);
    const [outcome] = await predictAll([{ id: 'a', bytes, box: null, cropRule: 'whole' as const }]);
    expect(outcome!.faces[0]).toMatchObject({ boxSource: 'whole', box: { left: 0, top: 0, width: 160, height: 100 } });
    expect(distance(outcome!.faces[0]!.keypoints[0]!, [50, 60])).toBeLessThan(0.3);
    expect(predictionSchema.parse(toPrediction('a.png', outcome!))).toMatchObject({ outcome: 'scored', width: 160 });
  });

  test('is the same in a batch of any size and in any company', async () => {
    const images = await Promise.all(
      Array.from({ length: 23 }, async (_, i) => ({
        id: i,
        bytes: await spot(120, 90, [30 + i * 2.3, 40 + (i % 5) * 3.1]),
        box: around([60, 45], 80),
      })),
    );
    const alone = await predictAll(images, {}, { batchSize: 1, window: 1 });
    expect(await predictAll(images, {}, { batchSize: 5 })).toEqual(alone);
    expect(await predictAll(images, {}, { batchSize: 16, threads: 2 })).toEqual(alone);
    expect((await predictAll([...images].reverse(), {}, { batchSize: 7, window: 9 })).reverse()).toEqual(alone);
  });

  test('averages with the mirror image where the card says so', async () => {
    const bytes = await spot(120, 90, [41.3, 33.3]);
    const item = { id: 1, bytes, box: around([50, 40], 70) };
    const [straight] = await predictAll([item]);
    const [both] = await predictAll([item], { flipTest: true });
    expect(distance(both!.faces[0]!.keypoints[0]!, straight!.faces[0]!.keypoints[0]!)).toBeLessThan(0.01);
  });

  test("moves the mirror image's answer by what the labels lie to the right, which only the straight one has", async () => {
    const item = { id: 1, bytes: await spot(120, 90, [41.3, 33.3]), box: around([50, 40], 70) };
    const [plain] = await predictAll([item], { flipTest: true });
    const [moved] = await predictAll([item], { flipTest: true, labelShift: 0.02 });
    const [[x, y], [x2, y2]] = [plain!.faces[0]!.keypoints[0]!, moved!.faces[0]!.keypoints[0]!];
    expect(x2 - x).toBeCloseTo(0.02 * 70, 3); // half of twice the shift, of a crop of 70 px
    expect(y2).toBe(y);
  });

  test('is made a second time around the first answer, where the card says so', async () => {
    const [left, right]: [Point, Point] = [
      [60.4, 60.3],
      [90.2, 66.1],
    ];
    const both = await sharp(await spot(200, 160, left))
      .composite([{ input: await spot(200, 160, right), blend: 'add' }])
      .png()
      .toBuffer();
    const item = { id: 1, bytes: both, box: around([75, 70], 150) };
    const two = { points: 2, layout: 'points' as const };
    const errorOf = (outcome: PredictedItem<number> | undefined) => {
      const [a, b] = outcome!.faces[0]!.keypoints;
      return Math.max(distance(a!, left), distance(b!, right));
    };
    const [once] = await predictAll([item], two);
    const [twice] = await predictAll([item], { ...two, secondPass: { margin: 2 } });
    expect(errorOf(once)).toBeLessThan(2);
    expect(errorOf(twice)).toBeLessThan(0.3);
    expect(twice!.faces[0]!.box).toEqual(item.box);
  });

  test('of points that lie together keeps the first pass, where there would be a second', async () => {
    const bytes = await spot(120, 90, [41.3, 33.3]);
    const [outcome] = await predictAll([{ id: 1, bytes, box: around([50, 40], 70) }], { secondPass: { margin: 1.2 } });
    expect(distance(outcome!.faces[0]!.keypoints[0]!, [41.3, 33.3])).toBeLessThan(0.25);
  });
});

describe('a bad image', () => {
  test('is an outcome of its own and fails no neighbour', async () => {
    const good = await spot(120, 90, [60, 45]);
    const box = around([60, 45], 60);
    const outcomes = await predictAll<string>(
      [
        { id: 'good 1', bytes: good, box },
        { id: 'empty', bytes: Buffer.alloc(0), box },
        { id: 'text', bytes: Buffer.from('not a photo'), box },
        { id: 'cut', bytes: good.subarray(0, 200), box },
        { id: 'no box', bytes: good, box: null },
        { id: 'far box', bytes: good, box: around([900, 900], 10) },
        { id: 'gone', bytes: () => Promise.reject(new FiducialError('MISSING', 'Expected it, got nothing')), box },
        { id: 'good 2', bytes: async () => good, box },
      ],
      {},
      { batchSize: 3 },
    );
    expect(outcomes.map(({ id, error }) => [id, error?.code ?? null])).toEqual([
      ['good 1', null],
      ['empty', 'EMPTY'],
      ['text', 'NOT_AN_IMAGE'],
      ['cut', 'TRUNCATED'],
      ['no box', 'NO_BOX'],
      ['far box', 'BAD_BOX'],
      ['gone', 'MISSING'],
      ['good 2', null],
    ]);
    expect(outcomes.at(-1)!.faces).toEqual(outcomes[0]!.faces);
    expect(outcomes[4]!.size).toEqual({ width: 120, height: 90 });
  });

  test('that takes too long is TIMEOUT, and the others do not wait for it', async () => {
    const bytes = await spot(120, 90, [60, 45]);
    const box = around([60, 45], 60);
    const stuck = () => new Promise<Uint8Array>(() => {});
    const outcomes = await predictAll(
      [
        { id: 1, bytes, box },
        { id: 2, bytes: stuck, box },
        { id: 3, bytes, box },
      ],
      {},
      { itemTimeoutMs: 600 },
    );
    expect(outcomes.map(({ error }) => error?.code ?? null)).toEqual([null, 'TIMEOUT', null]);
  });

  test('of storage, rather than of the item, ends the stream', async () => {
    const bytes = () => Promise.reject(new FiducialError('UNAVAILABLE', 'Expected storage, got silence'));
    await expect(predictAll([{ id: 1, bytes, box: null }])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});

describe('the stream', () => {
  test('is read no further than the window', async () => {
    const bytes = await spot(60, 60, [30, 30]);
    let [read, most, done] = [0, 0, 0];
    async function* source() {
      for (let id = 0; id < 60; id++) {
        read++;
        most = Math.max(most, read - done);
        yield { id, bytes, box: around([30, 30], 40) };
      }
    }
    const predictor = await createPredictor(centroidPackage(), { threads: 1, batchSize: 4, window: 10 });
    for await (const _ of predictor.predict(source())) done++;
    await predictor.close();
    expect(done).toBe(60);
    expect(most).toBeLessThanOrEqual(12);
  });

  test('gives outcomes while its source is waiting for more', async () => {
    const bytes = await spot(60, 60, [30, 30]);
    const predictor = await createPredictor(centroidPackage(), { threads: 1, batchSize: 8 });
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    async function* source() {
      yield { id: 1, bytes, box: around([30, 30], 40) };
      await held;
      yield { id: 2, bytes, box: around([30, 30], 40) };
    }
    const outcomes = predictor.predict(source());
    expect((await outcomes.next()).value?.id).toBe(1);
    release();
    expect((await outcomes.next()).value?.id).toBe(2);
    expect((await outcomes.next()).done).toBe(true);
    await predictor.close();
  });

  test('stops when told to, though its source hangs', async () => {
    const controller = new AbortController();
    const predictor = await createPredictor(centroidPackage(), { threads: 1 });
    async function* source(): AsyncGenerator<PredictorItem<number>> {
      await new Promise(() => {});
      yield { id: 1, bytes: Buffer.alloc(0), box: null };
    }
    const next = predictor.predict(source(), { signal: controller.signal }).next();
    controller.abort(new FiducialError('ABORTED', 'Told to stop'));
    await expect(next).rejects.toMatchObject({ code: 'ABORTED' });
    await predictor.close();
  });
});

describe('a package', () => {
  test('whose graph does not fit its card is INVALID_MODEL', async () => {
    const { bytes, card } = centroidPackage();
    const input = { ...card.input, width: 32 };
    await expect(createPredictor({ bytes, card: { ...card, input } })).rejects.toMatchObject({ code: 'INVALID_MODEL' });
    await expect(createPredictor({ bytes, card: { ...card, points: 2 } })).rejects.toMatchObject({
      code: 'INVALID_MODEL',
    });
    await expect(createPredictor({ bytes: Buffer.from('no model'), card })).rejects.toMatchObject({
      code: 'INVALID_MODEL',
    });
  });
});
