/** Ranges of a graph's inner values over calibration images, by percentile. */
import { FiducialError } from '../../domain/errors.ts';
import type { OnnxModel } from './model.ts';
import { DATA_TYPE } from './model.ts';
import { encodeModel } from './proto.ts';
import type { ImageBatch, OnnxSession, OpenSession } from './session.ts';

export interface Range {
  /** At most 0: zero must be exactly representable, since padding is zero. */
  readonly low: number;
  /** At least 0. */
  readonly high: number;
}

export interface Calibration {
  readonly open: OpenSession;
  readonly images: readonly ImageBatch[];
  /** Percent of values that each end keeps, 50 to 100; 100 is the plain minimum and maximum. */
  readonly percentile: number;
}

const BINS = 4096;

/**
 * Runs the float graph with `values` as further outputs, twice: for the ends, then for histograms between them.
 * Throws INVALID_INPUT without images or on a percentile out of range, INVALID_MODEL where a value is not finite.
 */
export async function calibrate(
  model: OnnxModel,
  values: readonly string[],
  { open, images, percentile }: Calibration,
): Promise<ReadonlyMap<string, Range>> {
  if (images.length === 0) throw new FiducialError('INVALID_INPUT', 'Expected calibration images, got none');
  if (!(percentile > 50 && percentile <= 100)) {
    throw new FiducialError('INVALID_INPUT', `Expected a percentile above 50 and at most 100, got ${percentile}`);
  }
  const session = await open(encodeModel(exposing(model, values)));
  try {
    const ends = await endsOf(session, values, images);
    return percentile === 100 ? ends : await percentiles(session, ends, images, percentile);
  } finally {
    await session.close();
  }
}

function exposing(model: OnnxModel, values: readonly string[]): OnnxModel {
  const already = new Set(model.graph.output.map((output) => output.name));
  const more = values
    .filter((name) => !already.has(name))
    .map((name) => ({ name, type: { tensorType: { elemType: DATA_TYPE.float } } }));
  return { ...model, graph: { ...model.graph, output: [...model.graph.output, ...more] } };
}

async function endsOf(session: OnnxSession, values: readonly string[], images: readonly ImageBatch[]) {
  const ends = new Map<string, Range>(values.map((name) => [name, { low: 0, high: 0 }]));
  for (const batch of images) {
    const outputs = await session.run(batch);
    for (const [name, range] of ends) {
      let { low, high } = range;
      for (const value of dataOf(outputs, name)) {
        if (value < low) low = value;
        if (value > high) high = value;
      }
      if (!Number.isFinite(high - low)) {
        throw new FiducialError('INVALID_MODEL', `Expected finite values at ${name}, got ${low} to ${high}`);
      }
      ends.set(name, { low, high });
    }
  }
  return ends;
}

async function percentiles(
  session: OnnxSession,
  ends: ReadonlyMap<string, Range>,
  images: readonly ImageBatch[],
  percentile: number,
): Promise<ReadonlyMap<string, Range>> {
  const histograms = new Map([...ends.keys()].map((name) => [name, new Float64Array(BINS)]));
  for (const batch of images) {
    const outputs = await session.run(batch);
    for (const [name, histogram] of histograms) count(histogram, ends.get(name)!, dataOf(outputs, name));
  }
  return new Map([...ends].map(([name, range]) => [name, cut(range, histograms.get(name)!, percentile)]));
}

function count(histogram: Float64Array, { low, high }: Range, data: Float32Array): void {
  const scale = high > low ? BINS / (high - low) : 0;
  for (const value of data) histogram[Math.min(BINS - 1, Math.max(0, Math.floor((value - low) * scale)))]!++;
}

/** Drops whole bins at each end while the share beyond stays within 100 - percentile. */
function cut({ low, high }: Range, histogram: Float64Array, percentile: number): Range {
  const allowed = histogram.reduce((sum, n) => sum + n, 0) * (1 - percentile / 100);
  const width = (high - low) / BINS;
  let [first, below] = [0, histogram[0]!];
  while (first < BINS - 1 && below <= allowed) below += histogram[++first]!;
  let [last, above] = [BINS - 1, histogram[BINS - 1]!];
  while (last > first && above <= allowed) above += histogram[--last]!;
  return { low: Math.min(0, low + first * width), high: Math.max(0, low + (last + 1) * width) };
}

function dataOf(outputs: Awaited<ReturnType<OnnxSession['run']>>, name: string): Float32Array {
  const output = outputs.get(name);
  if (!output) throw new FiducialError('INTERNAL', `Expected the runtime to give the value ${name}, got none`);
  return output.data;
}
