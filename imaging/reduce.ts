/**
 * Pixels to fewer pixels: a triangle filter as wide as an output pixel and its neighbours, which is what libvips and
 * Pillow call bilinear. For the small images that most batches are made of, libvips takes longer to set up a resize
 * than this takes for all of it (0.6 ms a crop against 0.1); the arithmetic is WebAssembly's SIMD (reduce.wat).
 */
import type { Box, Size } from '../domain/geometry.ts';
import { REDUCE_WASM } from './reduceWasm.ts';

/** From here on, libvips halves with a box first, which is another filter. */
const MOST = 4;
const ONE = 1 << 14;

/** Whether `reduce` can make the one of the other: neither axis gets longer, nor less than a quarter. */
export function reduces(from: Size, to: Size): boolean {
  const fits = (length: number, target: number) => length >= target && length < MOST * target;
  return fits(from.width, to.width) && fits(from.height, to.height);
}

/**
 * uint8 [target.height, target.width, 3] of the part `source` (whole pixels, inside the image) of `pixels`,
 * uint8 [H, W, 3]. Beyond the part's edges its outermost pixels go on.
 */
export function reduce(pixels: Uint8Array, imageWidth: number, source: Box, target: Size): Uint8Array {
  const rowBytes = Math.ceil((source.width * 3) / 16) * 16;
  const [vertical, horizontal] = [axisOf(source.height, target.height), axisOf(source.width, target.width)];
  const sizes = [sizeOf(vertical), sizeOf(horizontal), rowBytes * source.height, rowBytes * target.height];
  const bytes = target.width * target.height * 3;
  const [atVertical, atHorizontal, atSource, atBetween, atTarget] = placesOf(sizes, bytes);
  const memory = new Uint8Array(wasm().memory.buffer);
  for (let y = 0; y < source.height; y++) {
    const from = ((source.top + y) * imageWidth + source.left) * 3;
    memory.set(pixels.subarray(from, from + source.width * 3), atSource + y * rowBytes);
  }
  const down = write(memory.buffer, vertical, atVertical);
  const across = write(memory.buffer, horizontal, atHorizontal);
  wasm().rows(atSource, atBetween, rowBytes, target.height, ...down);
  wasm().columns(atBetween, atTarget, rowBytes, target.height, target.width, ...across);
  return memory.slice(atTarget, atTarget + bytes);
}

/** Of each output position: where its first input is, how many it takes, and their weights in 2^14ths. */
interface Axis {
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  /** [outputs, taps]. */
  readonly weights: Int16Array;
  readonly taps: number;
}

function axisOf(length: number, outputs: number): Axis {
  const scale = length / outputs;
  const taps = Math.ceil(2 * scale) + 1;
  const [starts, counts] = [new Int32Array(outputs), new Int32Array(outputs)];
  const weights = new Int16Array(outputs * taps);
  for (let o = 0; o < outputs; o++) {
    const centre = (o + 0.5) * scale - 0.5;
    const first = Math.floor(centre - scale) + 1;
    const last = Math.ceil(centre + scale) - 1;
    const inside = (at: number) => Math.min(Math.max(at, 0), length - 1);
    const own = weights.subarray(o * taps, (o + 1) * taps);
    const share = ONE / sum(first, last, (at) => scale - Math.abs(at - centre));
    for (let at = first; at <= last; at++) {
      own[inside(at) - inside(first)]! += Math.round((scale - Math.abs(at - centre)) * share);
    }
    // What rounding left over goes where it is noticed least.
    const largest = own.indexOf(own.reduce((most, one) => Math.max(most, one)));
    own[largest]! += ONE - own.reduce((total, one) => total + one);
    starts[o] = inside(first);
    counts[o] = inside(last) - inside(first) + 1;
  }
  return { starts, counts, weights, taps };
}

function sum(first: number, last: number, of: (at: number) => number): number {
  let total = 0;
  for (let at = first; at <= last; at++) total += of(at);
  return total;
}

function sizeOf({ starts, counts, weights }: Axis): number {
  return starts.byteLength + counts.byteLength + weights.byteLength;
}

/** As the functions of reduce.wat take it. */
function write(buffer: ArrayBuffer, { starts, counts, weights, taps }: Axis, at: number) {
  const places = [at, at + starts.byteLength, at + starts.byteLength + counts.byteLength] as const;
  new Int32Array(buffer, places[0], starts.length).set(starts);
  new Int32Array(buffer, places[1], counts.length).set(counts);
  new Int16Array(buffer, places[2], weights.length).set(weights);
  return [...places, taps] as const;
}

const PAGE = 2 ** 16;

/** One after the other, each on 16 bytes; the memory is made large enough for `last` and what is written behind it. */
function placesOf(sizes: readonly number[], last: number): [number, number, number, number, number] {
  const places = [0];
  for (const size of sizes) places.push(Math.ceil((places.at(-1)! + size) / 16) * 16);
  const { memory } = wasm();
  const missing = places.at(-1)! + last + 16 - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  return places as [number, number, number, number, number];
}

interface Reducer {
  readonly memory: WebAssembly.Memory;
  readonly rows: (...places: number[]) => void;
  readonly columns: (...places: number[]) => void;
}

let reducer: Reducer | null = null;

function wasm(): Reducer {
  reducer ??= new WebAssembly.Instance(new WebAssembly.Module(REDUCE_WASM)).exports as unknown as Reducer;
  return reducer;
}
