import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Batch } from '../../../training/augment/prepare.ts';
import { type AugmentationStep, augmentationSchema } from '../../../training/augment/steps.ts';
import { createSampleTable } from '../../../training/augment/table.ts';
import { CANVAS, canvasSet, dotTable, INPUT, MOVES, paintDot, prepare } from './canvases.ts';

/** Centre of mass of an image [height][width][channels], in pixels. */
function centreOfMass(image: Float32Array, width: number, channels: number): [number, number] {
  let [sum, sx, sy] = [0, 0, 0];
  for (let i = 0; i < image.length / channels; i++) {
    const value = image[i * channels]!;
    sum += value;
    sx += value * ((i % width) + 0.5);
    sy += value * (Math.floor(i / width) + 0.5);
  }
  return [sx / sum, sy / sum];
}

describe('augmentation', () => {
  test('moves points with the pixels, to a twentieth of a pixel', () => {
    const near = fc.double({ min: 26, max: 38, noNaN: true });
    fc.assert(
      fc.property(near, near, fc.nat(10_000), fc.constantFrom(1, 3), (x, y, epoch, channels) => {
        const table = dotTable(x, y, { ...INPUT, channels: channels as 1 | 3 });
        const { images, targets } = prepare(table, MOVES, epoch);
        const [cx, cy] = centreOfMass(images, INPUT.width, channels);
        expect(Math.abs(cx - targets[0]! * INPUT.width)).toBeLessThan(0.05);
        expect(Math.abs(cy - targets[1]! * INPUT.height)).toBeLessThan(0.05);
      }),
      { numRuns: 150 },
    );
  });

  test('leaves labels that lie right of the pixels right of them in the mirror image too', () => {
    const labelShift = 1.5 / INPUT.width;
    const steps = augmentationSchema.parse([{ kind: 'flip', labelShift }]);
    // The dot is 1.5 px left of its label.
    const set = canvasSet((canvas) => paintDot(canvas, 30.5, 33), [[[32, 33]]]);
    const table = createSampleTable(set, INPUT, 'points');
    const seen = new Set<boolean>();
    for (let epoch = 0; epoch < 12; epoch++) {
      const { images, targets } = prepare(table, steps, epoch);
      const [cx] = centreOfMass(images, INPUT.width, 3);
      expect(targets[0]! * INPUT.width - cx).toBeCloseTo(1.5, 1);
      seen.add(cx > INPUT.width / 2);
    }
    expect(seen.size).toBe(2);
  });

  test('shows the crop of the recipe at the scale of the recipe when there is none', () => {
    // 64 canvas px are 2 box sides, 48 input px are 1.5: one to one, centred.
    const { targets } = prepare(dotTable(32, 40), []);
    expect([...targets].map((t) => t * 48)).toEqual([expect.closeTo(24, 4), expect.closeTo(32, 4)]);
  });

  test('gives the pixels of a canvas of its own crop unchanged', () => {
    const set = canvasSet((canvas) => canvas.set(Uint8Array.from(canvas, (_, i) => (i * 7) % 256)), [[[1, 1]]]);
    const table = createSampleTable(set, { ...INPUT, width: CANVAS, height: CANVAS, margin: 2 }, 'points');
    expect([...prepare(table, []).images]).toEqual([...set.pixels]);
  });

  test('swaps paired points in the mirror image', () => {
    const points = Array.from({ length: 68 }, (_, i) => [20 + (i % 20), 20 + i / 3] as const);
    const table = createSampleTable(
      canvasSet(() => {}, [points]),
      INPUT,
      'ibug68',
    );
    const plain = prepare(table, []).targets;
    const flipped = prepare(table, augmentationSchema.parse([{ kind: 'flip', probability: 1 }])).targets;
    expect(flipped[36 * 2]).toBeCloseTo(1 - plain[45 * 2]!, 6);
    expect(flipped[36 * 2 + 1]).toBeCloseTo(plain[45 * 2 + 1]!, 6);
    expect(flipped[30 * 2]).toBeCloseTo(1 - plain[30 * 2]!, 6);
  });

  test('keeps points that leave the crop, and masks unlabelled ones wherever the mirror puts them', () => {
    const points = Array.from({ length: 68 }, () => [-30, 32] as const);
    const set = canvasSet(() => {}, [points]);
    const labelled = points.map((_, i) => i !== 36);
    const masked = { ...set, samples: set.samples.map((sample) => ({ ...sample, labelled })) };
    const table = createSampleTable(masked, INPUT, 'ibug68');
    const batch = prepare(table, augmentationSchema.parse([{ kind: 'flip', probability: 1 }]));
    expect(batch.targets[0]).toBeGreaterThan(1);
    expect([...batch.mask].flatMap((m, i) => (m === 0 ? [i] : []))).toEqual([45]);
  });
});

describe('pixel steps', () => {
  const flat = (rgb: readonly [number, number, number], input = INPUT) =>
    createSampleTable(
      canvasSet((canvas) => canvas.set(Uint8Array.from(canvas, (_, i) => rgb[i % 3]!)), [[[32, 32]]]),
      input,
      'points',
    );
  const run = (step: AugmentationStep, rgb: readonly [number, number, number] = [200, 100, 50]) => {
    const images = prepare(flat(rgb), [step]).images;
    return [...images.subarray(0, 3)].map((value) => Math.round(value * 100) / 100);
  };

  test('change colour as their names say, and cut to 0..255', () => {
    expect(run({ kind: 'brightness', min: 0.5, max: 0.5, probability: 1 })).toEqual([100, 50, 25]);
    expect(run({ kind: 'brightness', min: 2, max: 2, probability: 1 })).toEqual([255, 200, 100]);
    expect(run({ kind: 'grey', probability: 1 })).toEqual([124.2, 124.2, 124.2]);
    expect(run({ kind: 'saturation', min: 0.5, max: 0.5, probability: 1 })).toEqual([162.1, 112.1, 87.1]);
    expect(run({ kind: 'contrast', min: 0.5, max: 0.5, probability: 1 })).toEqual([162.1, 112.1, 87.1]);
    const [r, g, b] = run({ kind: 'colour', degrees: 90, probability: 1 }) as [number, number, number];
    expect([r, g, b]).not.toEqual([200, 100, 50]);
    expect(0.299 * r + 0.587 * g + 0.114 * b).toBeCloseTo(124.2, 0);
  });

  test('run in the order of the recipe: colours before the grey of a one-channel network', () => {
    const grey = { ...INPUT, channels: 1 as const };
    const brighter: AugmentationStep = { kind: 'brightness', min: 1.5, max: 1.5, probability: 1 };
    // Red is cut at 255 before it counts into grey.
    expect(prepare(flat([200, 100, 50], grey), [brighter]).images[0]).toBeCloseTo(
      0.299 * 255 + 0.587 * 150 + 0.114 * 75,
      3,
    );
  });

  test('occlude a rectangle of the asked size with one colour', () => {
    const half: AugmentationStep = { kind: 'occlude', min: 0.5, max: 0.5, probability: 1 };
    const { images } = prepare(flat([1, 2, 3]), [half]);
    let covered = 0;
    for (let i = 0; i < images.length; i += 3) if (images[i] !== 1 || images[i + 1] !== 2) covered++;
    expect(covered).toBe(24 * 24);
  });

  test('blur to the asked deviation and keep the sum', () => {
    const sigma = 1.5;
    const table = dotTable(32, 32);
    const variance = ({ images }: Batch) => {
      const [cx] = centreOfMass(images, 48, 3);
      let [sum, square] = [0, 0];
      for (let i = 0; i < images.length / 3; i++) {
        sum += images[i * 3]!;
        square += images[i * 3]! * ((i % 48) + 0.5 - cx) ** 2;
      }
      return { sum, variance: square / sum };
    };
    const before = variance(prepare(table, []));
    const after = variance(prepare(table, [{ kind: 'blur', minSigma: sigma, maxSigma: sigma, probability: 1 }]));
    expect(after.sum).toBeCloseTo(before.sum, -1);
    expect(after.variance - before.variance).toBeCloseTo(sigma ** 2, 1);
  });

  test('can be left out by their probability', () => {
    expect(run({ kind: 'brightness', min: 0, max: 0, probability: 0 })).toEqual([200, 100, 50]);
  });
});
