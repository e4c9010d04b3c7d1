/** Model packages small enough to understand: a network that answers with the centre of the light. */
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import type { Point } from '../../domain/geometry.ts';
import type { ModelCard } from '../../domain/modelCard.ts';
import type { ModelPackage } from '../../inference/package.ts';
import { OnnxBuilder } from '../../training/onnx/builder.ts';

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/**
 * In crop units: the mean position of light, one point for the whole crop, or one for each of so many bands from left
 * to right.
 */
export function centroidOnnx(width: number, height: number, points = 1): Uint8Array {
  const builder = new OnnxBuilder('centroid');
  const image = builder.input('image', 'uint8', ['N', height, width, 3]);
  const floats = builder.node('Cast', [image], { attributes: { to: 1 } });
  const mean = builder.node('ReduceMean', [floats], { attributes: { axes: [3], keepdims: 0 } });
  // Black images have a centre too.
  const light = builder.node('Add', [mean, builder.constant('dark', [1], Float32Array.of(1e-4))]);
  const flat = builder.node('Flatten', [light], { attributes: { axis: 1 } });
  const places = new Float32Array(width * height * points * 3);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [((i % width) + 0.5) / width, (Math.floor(i / width) + 0.5) / height];
    places.set([x, y, 1], (i * points + Math.floor(x * points)) * 3);
  }
  const shape = (name: string, dims: bigint[]) => builder.constant(name, [dims.length], BigInt64Array.from(dims));
  const totals = builder.node('MatMul', [flat, builder.constant('places', [width * height, points * 3], places)]);
  const sums = builder.node('Reshape', [totals, shape('sums of', [-1n, BigInt(points), 3n])]);
  const gather = (name: string, indices: bigint[]) =>
    builder.node('Gather', [sums, shape(name, indices)], { attributes: { axis: 2 } });
  builder.output('keypoints', builder.node('Div', [gather('xy', [0n, 1n]), gather('mass', [2n])]), 'float', [
    'N',
    points,
    2,
  ]);
  return builder.encode();
}

export function centroidPackage(more: Partial<ModelCard> = {}): ModelPackage {
  const { width, height } = more.input ?? { width: 48, height: 48 };
  const bytes = centroidOnnx(width, height, more.points);
  return { bytes, card: cardOf(bytes, more) };
}

export function cardOf(bytes: Uint8Array, more: Partial<ModelCard> = {}): ModelCard {
  return {
    name: 'centroid',
    version: '1',
    sha256: sha256(bytes),
    bytes: bytes.length,
    description: 'The centre of the light',
    layout: 'nose1',
    points: 1,
    input: { width: 48, height: 48, margin: 1, kernel: 'linear', fill: [0, 0, 0], fit: 'pad', channels: 3 },
    crop: 'box',
    codec: 'crop-units',
    detectorBoxes: {},
    flipTest: false,
    labelShift: 0,
    precision: 'float32',
    recipe: null,
    trainingRun: null,
    data: [],
    licenceNote: 'made up',
    parityError: null,
    metrics: [],
    createdAt: '2026-01-01T00:00:00Z',
    ...more,
  };
}

/** A bright spot at `at` on black. */
export async function spot(width: number, height: number, [x, y]: Point, sigma = 4): Promise<Buffer> {
  const pixels = Buffer.alloc(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const distance = ((i % width) + 0.5 - x) ** 2 + (Math.floor(i / width) + 0.5 - y) ** 2;
    pixels.fill(Math.round(255 * Math.exp(-distance / (2 * sigma * sigma))), i * 3, i * 3 + 3);
  }
  return await sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

export async function* stream<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
