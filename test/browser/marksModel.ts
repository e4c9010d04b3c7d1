/**
 * A network whose answer can be known: 68 points, each at a fixed offset from the centre of the light. Images are
 * bright spots on black, so truth is exact, and `error` says by how much a version is off.
 */
import sharp from 'sharp';
import type { Point } from '../../domain/geometry.ts';
import type { ModelCard } from '../../domain/modelCard.ts';
import { OnnxBuilder } from '../../training/onnx/builder.ts';
import { sha256Of } from '../../training/registry.ts';
import { BACKDROP } from '../../web/faces/shapes.ts';

const SIDE = 48;

/** In crop units, about (0, 0): a face two fifths of the crop wide. */
const OFFSETS = BACKDROP.map(([x, y]): Point => [((x - 50) / 100) * 0.4, ((y - 45) / 100) * 0.4]);

/** `error`: crop units, added to each x. */
export function marksOnnx(error: number): Uint8Array {
  const builder = new OnnxBuilder('marks');
  const image = builder.input('image', 'uint8', ['N', SIDE, SIDE, 3]);
  const floats = builder.node('Cast', [image], { attributes: { to: 1 } });
  const light = builder.node('ReduceMean', [floats], { attributes: { axes: [3], keepdims: 0 } });
  const flat = builder.node('Flatten', [light], { attributes: { axis: 1 } });
  const places = new Float32Array(SIDE * SIDE * 3);
  for (let i = 0; i < SIDE * SIDE; i++) {
    places.set([((i % SIDE) + 0.5) / SIDE, (Math.floor(i / SIDE) + 0.5) / SIDE, 1], i * 3);
  }
  const sums = builder.node('MatMul', [flat, builder.constant('places', [SIDE * SIDE, 3], places)]);
  const gather = (name: string, indices: bigint[]) => {
    const constant = builder.constant(name, [indices.length], BigInt64Array.from(indices));
    return builder.node('Gather', [sums, constant], { attributes: { axis: 1 } });
  };
  const centre = builder.node('Div', [gather('xy', [0n, 1n]), gather('mass', [2n])]);
  const one = builder.constant('one', [3], BigInt64Array.from([-1n, 1n, 2n]));
  const offsets = Float32Array.from(OFFSETS.flatMap(([x, y]) => [x + error, y]));
  const points = builder.node('Add', [
    builder.node('Reshape', [centre, one]),
    builder.constant('offsets', [1, OFFSETS.length, 2], offsets),
  ]);
  builder.output('keypoints', points, 'float', ['N', OFFSETS.length, 2]);
  return builder.encode();
}

export function marksCard(name: string, onnx: Uint8Array): ModelCard {
  return {
    name,
    version: '1',
    sha256: sha256Of(onnx),
    bytes: onnx.length,
    description: 'Points about the centre of the light',
    layout: 'ibug68',
    points: OFFSETS.length,
    input: { width: SIDE, height: SIDE, margin: 1, kernel: 'linear', fill: [0, 0, 0], fit: 'stretch', channels: 3 },
    crop: 'whole',
    codec: 'crop-units',
    detectorBoxes: {},
    flipTest: false,
    labelShift: 0,
    precision: 'float32',
    recipe: null,
    trainingRun: null,
    data: [{ name: 'spots', images: 0, licence: 'none needed: drawn' }],
    licenceNote: 'Drawn for the tests; free of any licence.',
    parityError: null,
    metrics: [{ set: 'spots', n: 4, missed: 0, maePx: 0.5, nme: { interOcular: 0.01 } }],
    createdAt: '2026-01-01T00:00:00.000Z',
  };
}

export const IMAGE = { width: 160, height: 120 } as const;

/** Where the network without error puts its points, for light centred at `at`; pixels of the image. */
export function truthOf([x, y]: Point): Point[] {
  return OFFSETS.map(([dx, dy]): Point => [x + dx * IMAGE.width, y + dy * IMAGE.height]);
}

/** A JPEG of a spot. `orientation`: EXIF's; 6 is stored lying on its side. */
export async function spotImage([cx, cy]: Point, orientation = 1): Promise<Buffer> {
  const { width, height } = IMAGE;
  const pixels = Buffer.alloc(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const distance = ((i % width) + 0.5 - cx) ** 2 + (Math.floor(i / width) + 0.5 - cy) ** 2;
    pixels.fill(Math.round(255 * Math.exp(-distance / 50)), i * 3, i * 3 + 3);
  }
  const upright = sharp(pixels, { raw: { width, height, channels: 3 } });
  const stored = orientation === 6 ? sharp(await upright.rotate(270).png().toBuffer()) : upright;
  return stored.withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer();
}
