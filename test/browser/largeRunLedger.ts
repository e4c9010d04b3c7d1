/** The objects of a finished run of any size, as planner and scorers would have written them, with few bodies. */
import pLimit from 'p-limit';
import { resultKeys, shardId } from '../../domain/keys.ts';
import { type Prediction, runSchema } from '../../domain/records.ts';
import { encodeLines, linePlaces } from '../../scoring/jsonl.ts';
import { pageId } from '../../scoring/pages.ts';
import { runMetricsSchema } from '../../scoring/records.ts';
import type { Stores } from '../../storage/ports.ts';
import { BACKDROP } from '../../web/faces/shapes.ts';

const RUN = 'large';
const TRUTH = 'a'.repeat(64);
const AT = '2026-01-01T00:00:00.000Z';
export const SHARD_SIZE = 512;
/** Every other image is one that the model was trained on. */
const PARTS = {
  seen: { n: 50_000, missed: 0, maePx: 1.25, nme: 0.03 },
  unseen: { n: 49_990, missed: 10, maePx: 2.15, nme: 0.05 },
} as const;

/** Gives the run's id within the project `default`. */
export async function writeLargeRun({ results }: Pick<Stores, 'results'>, items: number): Promise<string> {
  const shards = Math.ceil(items / SHARD_SIZE);
  const put = (key: string, body: string | Buffer) => results.put(key, body);
  const lines = Array.from({ length: SHARD_SIZE }, (_, line) => predictionOf(line));
  const body = encodeLines(lines);
  const places = linePlaces(body);
  const order = lines.map(({ key }, line) => ({
    ...{ line, truth: 0, face: 0, key, maePx: 9 - line / 100, nme: 0.1 - line / 10_000 },
    ...places[line]!,
    shard: shardId(0),
  }));
  await put(resultKeys.record('default', RUN), JSON.stringify(recordOf(RUN, items, shards)));
  await put(resultKeys.metrics('default', RUN, TRUTH), JSON.stringify(metricsOf(items)));
  await put(resultKeys.predictionShard('default', RUN, shardId(0)), body);
  await put(resultKeys.order('default', RUN, TRUTH, pageId(0)), encodeLines(order.slice(0, 500)));
  const limit = pLimit(8);
  const summaries = Array.from({ length: shards }, (_, shard) => {
    const count = Math.min(SHARD_SIZE, items - shard * SHARD_SIZE);
    return limit(() =>
      put(resultKeys.summary('default', RUN, shardId(shard), { scored: count, failed: 0, errors: {} }), '{}'),
    );
  });
  await Promise.all(summaries);
  await put(resultKeys.done('default', RUN), JSON.stringify(doneOf(items)));
  const index = `${resultKeys.timeIndex('default')}${resultKeys.indexEntry(AT, RUN)}`;
  await put(index, JSON.stringify({ run: RUN, project: 'default', batch: 'big', commit: 'c1', committedAt: AT }));
  return RUN;
}

export function recordOf(run: string, items: number, shards: number) {
  const sha256 = 'b'.repeat(64);
  return runSchema.parse({
    ...{ run, project: 'default', batch: 'big', commit: 'c1', committedAt: AT, attempt: 'a1' },
    ...{ detector: null, crop: 'whole', errorThreshold: 0, retryOf: null, codeVersion: 'test', truth: TRUTH },
    ...{ items, shards, shardSize: SHARD_SIZE },
    model: { owner: 'default', name: 'marks', version: '1', sha256, layout: 'ibug68', points: 68 },
  });
}

function doneOf(items: number) {
  const counts = { items, scored: items, failed: 0, errors: {}, aboveThreshold: false };
  return { run: RUN, ...counts, finishedAt: '2026-01-01T00:20:00.000Z' };
}

function predictionOf(line: number): Prediction {
  const face = { box: { left: 0, top: 0, width: 100, height: 100 }, boxSource: 'whole' as const, score: null };
  return {
    key: `big/${String(line).padStart(6, '0')}.jpg`,
    outcome: 'scored',
    width: 100,
    height: 100,
    error: null,
    faces: [{ ...face, keypoints: [...BACKDROP], maePx: 9 - line / 100, nme: { interOcular: 0.1 - line / 10_000 } }],
    seen: line % 2 === 0,
  };
}

function metricsOf(n: number) {
  const perKeypoint = BACKDROP.map((_, index) => ({ index, name: `point ${index}`, maePx: 1 + index / 50, nme: 0.02 }));
  const ced = Array.from({ length: 201 }, (_, i): [number, number] => [i / 1000, Math.min(1, i / 90)]);
  const numbers = {
    n,
    missed: 0,
    extra: 0,
    maePx: 1.7,
    nme: { interOcular: 0.04 },
    aucAt8: 0.5,
    failureRateAt10: 0.01,
  };
  return runMetricsSchema.parse({
    run: RUN,
    truth: TRUTH,
    ordered: 100_000,
    metrics: { layout: 'ibug68', ...numbers, perKeypoint, groups: [], ced, ...PARTS },
  });
}
