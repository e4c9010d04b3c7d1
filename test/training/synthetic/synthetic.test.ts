import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test, vi } from 'vitest';
import { boundingBox, distance, type Point } from '../../../domain/geometry.ts';
import { LAYOUTS } from '../../../domain/layouts.ts';
import { createRng } from '../../../training/augment/rng.ts';
import { readDataset } from '../../../training/data/readDataset.ts';
import { maskedFace } from '../../../training/synthetic/maskedFace.ts';
import { drawPerson, type FaceParameters } from '../../../training/synthetic/parameters.ts';
import { photographedScreen } from '../../../training/synthetic/photographedScreen.ts';
import { type RenderedFace, renderFace } from '../../../training/synthetic/renderFace.ts';
import { writeSyntheticSet } from '../../../training/synthetic/writeSyntheticSet.ts';

// Drawing takes processor time, and tests share two cores.
vi.setConfig({ testTimeout: 60_000 });

const SIZE = { width: 160, height: 160 };
const PLAIN: Partial<FaceParameters> = {
  occluder: 'none',
  pose: { yaw: 0, pitch: 0, roll: 0 },
  expression: { smile: 0, mouthOpen: 0, eyesOpen: 1, browRaise: 0, gaze: [0, 0] },
};

function render(seed: number, overrides: Partial<FaceParameters> = {}): Promise<RenderedFace> {
  return renderFace(seed, {
    size: SIZE,
    faceShare: [0.55, 0.55],
    camera: false,
    format: 'png',
    overrides: { ...PLAIN, ...overrides },
  });
}

/** Person without beard, glasses or hair over the face. */
function plainLook(seed: number): Pick<FaceParameters, 'look'> {
  const { look } = drawPerson(createRng(seed));
  return {
    look: {
      ...look,
      hair: [40, 28, 22],
      lips: [170, 60, 70],
      age: 0,
      hairStyle: 'short',
      beard: 'none',
      glasses: 'none',
      skin: [225, 180, 150],
    },
  };
}

function mean(points: readonly Point[]): Point {
  const sum = points.reduce(([sx, sy], [x, y]): Point => [sx + x, sy + y], [0, 0] as Point);
  return [sum[0] / points.length, sum[1] / points.length];
}

/** Mean [r, g, b] of the pixels within `radius` of a point. */
async function colourAt(bytes: Buffer, [x, y]: Point, radius = 1): Promise<[number, number, number]> {
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  const sum: [number, number, number] = [0, 0, 0];
  let count = 0;
  for (let row = Math.floor(y - radius); row <= y + radius; row++) {
    for (let column = Math.floor(x - radius); column <= x + radius; column++) {
      for (let k = 0; k < 3; k++) sum[k]! += data[(row * info.width + column) * info.channels + k]!;
      count++;
    }
  }
  return sum.map((value) => value / count) as [number, number, number];
}

const light = (colour: readonly number[]) => colour.reduce((sum, value) => sum + value, 0) / 3;

describe('a rendered face', () => {
  test('is the same bytes and points for the same seed, and another face for another', async () => {
    const [one, same, other] = await Promise.all([renderFace(7), renderFace(7), renderFace(8)]);
    expect(same).toEqual(one);
    expect(other.bytes.equals(one.bytes)).toBe(false);
    expect(one.keypoints).toHaveLength(68);
    expect(one.keypoints58).toHaveLength(58);
  });

  test.each([2, 3])('has its points where the picture shows the parts (seed %i)', async (seed) => {
    const { bytes, keypoints } = await render(seed, plainLook(seed));
    const eye = mean(keypoints.slice(36, 42));
    const cheek = mean([keypoints[2]!, keypoints[31]!]);
    const skin = await colourAt(bytes, cheek);
    expect(light(await colourAt(bytes, eye))).toBeLessThan(light(skin) * 0.75); // the pupil
    const lip = await colourAt(bytes, mean([keypoints[57]!, keypoints[66]!, keypoints[57]!]), 0.5);
    expect(lip[0] / (lip[1] + lip[2])).toBeGreaterThan(skin[0] / (skin[1] + skin[2])); // redder
    const brow = await colourAt(bytes, keypoints[19]!, 0.5);
    const forehead = await colourAt(bytes, [keypoints[19]![0], keypoints[19]![1] - 10]);
    expect(light(brow)).toBeLessThan(light(forehead));
  });

  test('is symmetrical from the front, as the flip pairs of both layouts say', async () => {
    const { keypoints, keypoints58 } = await render(4);
    const middle = (keypoints[36]![0] + keypoints[45]![0]) / 2;
    for (const [points, layout] of [
      [keypoints, LAYOUTS.ibug68],
      [keypoints58, LAYOUTS.imm58],
    ] as const) {
      points.forEach(([x, y], i) => {
        const [mx, my] = points[layout.flip[i]!]!;
        expect(Math.abs(middle - x - (mx - middle))).toBeLessThan(0.6);
        expect(Math.abs(y - my)).toBeLessThan(0.6);
      });
    }
  });

  test('turns with its pose', async () => {
    const noseShare = ({ keypoints }: RenderedFace) =>
      (keypoints[30]![0] - keypoints[0]![0]) / (keypoints[16]![0] - keypoints[0]![0]);
    const shares = await Promise.all(
      [-35, 0, 35].map(async (yaw) => noseShare(await render(5, { pose: { yaw, pitch: 0, roll: 0 } }))),
    );
    expect(shares[0]).toBeLessThan(0.38);
    expect(shares[1]).toBeCloseTo(0.5, 1);
    expect(shares[2]).toBeGreaterThan(0.62);
    const rolled = (await render(5, { pose: { yaw: 0, pitch: 0, roll: 20 } })).keypoints;
    const angle = Math.atan2(rolled[45]![1] - rolled[36]![1], rolled[45]![0] - rolled[36]![0]);
    expect((angle * 180) / Math.PI).toBeCloseTo(20, 0);
    const heights = await Promise.all(
      [-20, 20].map(async (pitch) => {
        const p = (await render(5, { pose: { yaw: 0, pitch, roll: 0 } })).keypoints;
        return (p[30]![1] - p[27]![1]) / (p[8]![1] - p[27]![1]);
      }),
    );
    expect(heights[1]).toBeGreaterThan(heights[0]! + 0.05);
  });

  test('opens mouth and eyes as its expression says', async () => {
    const open = (await render(6, { expression: { ...PLAIN.expression!, mouthOpen: 1 } })).keypoints;
    const shut = (await render(6, { expression: { ...PLAIN.expression!, eyesOpen: 0 } })).keypoints;
    const plain = (await render(6)).keypoints;
    const gap = (p: readonly Point[], a: number, b: number) => distance(p[a]!, p[b]!) / distance(p[36]!, p[45]!);
    expect(gap(open, 62, 66)).toBeGreaterThan(gap(plain, 62, 66) + 0.15);
    expect(gap(shut, 37, 41)).toBeLessThan(gap(plain, 37, 41) * 0.6);
  });

  test('has a box as a detector gives it: square, about the points, a little high', async () => {
    const { box, keypoints } = await render(9);
    const bounds = boundingBox(keypoints);
    expect(box.width).toBe(box.height);
    expect(box.width / Math.max(bounds.width, bounds.height)).toBeGreaterThan(0.85);
    expect(box.top).toBeLessThan(bounds.top);
  });
});

describe('a synthetic set', () => {
  test('reads back with its people as groups, in each layout, and is the same for the same seed', async () => {
    const folders = await Promise.all(['a', 'b'].map(() => mkdtemp(join(tmpdir(), 'fiducial-synthetic-'))));
    const options = { size: { width: 64, height: 48 }, photosPerPerson: 2, layout: 'imm58' } as const;
    for (const folder of folders) await writeSyntheticSet(folder, 4, 3, options);
    const [one, two] = await Promise.all(folders.map((folder) => readDataset(folder)));
    expect(one!.samples).toHaveLength(4);
    expect(new Set(one!.samples.map(({ group }) => group)).size).toBe(2);
    expect(one!.samples[0]).toMatchObject({ layout: 'imm58', box: { width: expect.any(Number) } });
    const bytes = (set: typeof one) => Promise.all(set!.samples.map(({ image }) => readFile(image)));
    expect(await bytes(two)).toEqual(await bytes(one));
  });
});

describe('own photos', () => {
  test('get a mask that covers mouth and nose and leaves the eyes', async () => {
    const { bytes, keypoints } = await render(2, plainLook(2));
    const masked = await maskedFace(bytes, keypoints);
    const change = async (point: Point) => {
      const [before, after] = await Promise.all([colourAt(bytes, point), colourAt(masked, point)]);
      return Math.max(...before.map((value, k) => Math.abs(value - after[k]!)));
    };
    expect(await change(keypoints[62]!)).toBeGreaterThan(20);
    expect(await change(keypoints[33]!)).toBeGreaterThan(20);
    expect(await change(mean(keypoints.slice(36, 42)))).toBe(0);
    await expect(maskedFace(bytes, keypoints.slice(1))).rejects.toThrow(/68 points/);
  });

  test('photographed from a screen keep their points on the parts, under stripes of its pixels', async () => {
    const { bytes, keypoints } = await render(2, plainLook(2));
    const screen = await photographedScreen(bytes, keypoints, { seed: 3 });
    const eye = mean(screen.keypoints.slice(36, 42));
    const cheek = mean([screen.keypoints[2]!, screen.keypoints[31]!]);
    const [pupil, skin] = await Promise.all([colourAt(screen.bytes, eye, 2), colourAt(screen.bytes, cheek, 4)]);
    expect(light(pupil)).toBeLessThan(light(skin));
    const moved = keypoints.map((point, i) => distance(point, screen.keypoints[i]!));
    expect(Math.max(...moved)).toBeGreaterThan(1);
    // Neighbouring columns differ by far more than on the face itself.
    const roughness = async (image: Buffer, [x, y]: Point) => {
      const { data, info } = await sharp(image).raw().toBuffer({ resolveWithObject: true });
      const at = (column: number) => data[(Math.floor(y) * info.width + column) * info.channels]!;
      let sum = 0;
      for (let column = Math.floor(x) - 8; column < x + 8; column++) sum += Math.abs(at(column + 1) - at(column));
      return sum;
    };
    expect(await roughness(screen.bytes, cheek)).toBeGreaterThan(3 * (await roughness(bytes, cheek)));
  });
});
