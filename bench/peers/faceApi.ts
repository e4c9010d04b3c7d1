/**
 * `@vladmandic/face-api` on wasm, driven as protocol.ts describes it; images are decoded by sharp, which is faster than
 * what the package itself offers in Node.
 *
 *   node bench/peers/faceApi.ts LIST FOLDER [--detect] [--part 0 --of 1]
 *
 * FOLDER has it installed, with `@tensorflow/tfjs` and `@tensorflow/tfjs-backend-wasm` of its version.
 * Its 68-point network on the given box, or its tiny detector and that network. Its wasm runs on one thread, so that
 * several processes share the images: this one takes every `--of`th from `--part` on.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Point } from '../../domain/geometry.ts';
import { sharp } from '../../imaging/sharp.ts';
import { type Listed, readList, servePeer } from './protocol.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    detect: { type: 'boolean', default: false },
    part: { type: 'string', default: '0' },
    of: { type: 'string', default: '1' },
  },
});

interface Tensor {
  dispose(): void;
}
interface Landmarks {
  readonly positions: readonly { readonly x: number; readonly y: number }[];
}
/** What is used of the package, which has types for the browser only. */
interface FaceApi {
  readonly tf: {
    setWasmPaths(folder: string): void;
    setBackend(name: string): Promise<boolean>;
    ready(): Promise<void>;
    getBackend(): string;
    tensor3d(data: Uint8Array, shape: readonly number[], type: 'int32'): Tensor;
    slice(tensor: Tensor, from: readonly number[], size: readonly number[]): Tensor;
    readonly version_core: string;
  };
  readonly nets: Record<'faceLandmark68Net' | 'tinyFaceDetector', { loadFromDisk(folder: string): Promise<void> }>;
  detectFaceLandmarks(image: Tensor): Promise<Landmarks>;
  detectSingleFace(
    image: Tensor,
    options: unknown,
  ): { withFaceLandmarks(): Promise<{ landmarks: Landmarks } | undefined> };
  readonly TinyFaceDetectorOptions: new () => unknown;
}

const require = createRequire(join(resolve(positionals[1] ?? '.'), 'package.json'));
const folder = dirname(require.resolve('@vladmandic/face-api/package.json'));
const wasm = dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'));

async function open(): Promise<FaceApi> {
  // What it says there is not part of the protocol.
  console.log = console.warn;
  const faceApi = require('@vladmandic/face-api/dist/face-api.node-wasm.js') as FaceApi;
  faceApi.tf.setWasmPaths(`${join(wasm, 'dist')}/`);
  await faceApi.tf.setBackend('wasm');
  await faceApi.tf.ready();
  if (faceApi.tf.getBackend() !== 'wasm') throw new Error(`Expected wasm, got ${faceApi.tf.getBackend()}`);
  const nets = [faceApi.nets.faceLandmark68Net, ...(values.detect ? [faceApi.nets.tinyFaceDetector] : [])];
  for (const net of nets) await net.loadFromDisk(join(folder, 'model'));
  return faceApi;
}

/** Rounded to pixels, and kept inside the image. */
function inside({ box }: Listed, width: number, height: number) {
  const [left, top] = [Math.max(0, Math.round(box.left)), Math.max(0, Math.round(box.top))];
  const right = Math.min(width, Math.round(box.left + box.width));
  const bottom = Math.min(height, Math.round(box.top + box.height));
  return { left, top, width: Math.max(1, right - left), height: Math.max(1, bottom - top) };
}

async function landmarksOf(faceApi: FaceApi, item: Listed): Promise<Point[] | null> {
  const { data, info } = await sharp(await readFile(item.path))
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const image = faceApi.tf.tensor3d(data, [info.height, info.width, 3], 'int32');
  try {
    if (values.detect) {
      const found = await faceApi.detectSingleFace(image, new faceApi.TinyFaceDetectorOptions()).withFaceLandmarks();
      return found ? found.landmarks.positions.map(({ x, y }): Point => [x, y]) : null;
    }
    const { left, top, width, height } = inside(item, info.width, info.height);
    const face = faceApi.tf.slice(image, [top, left, 0], [height, width, 3]);
    const { positions } = await faceApi.detectFaceLandmarks(face);
    face.dispose();
    return positions.map(({ x, y }): Point => [left + x, top + y]);
  } finally {
    image.dispose();
  }
}

const faceApi = await open();
const own = readList(positionals[0]!).filter((_, i) => i % Number(values.of) === Number(values.part));
const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
await servePeer(own, { 'face-api': version, tfjs: faceApi.tf.version_core }, async (items) => {
  const points = [];
  // The next image is decoded on libvips' threads while this one is computed: two at a time.
  let next = items[0] && landmarksOf(faceApi, items[0]);
  for (let i = 0; i < items.length; i++) {
    const current = next;
    next = items[i + 1] && landmarksOf(faceApi, items[i + 1]!);
    points.push((await current) ?? null);
  }
  return points;
});
