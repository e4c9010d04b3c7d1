/** Ledgers of finished runs of any size. Bodies are made when they are read: a million predictions need no memory. */

import { resultKeys, shardId, uploadKeys } from '../../domain/keys.ts';
import { emptySummary, metricsOf } from '../../domain/metrics/index.ts';
import type { Prediction, Run } from '../../domain/records.ts';
import { encodeLines, linePlaces } from '../../scoring/jsonl.ts';
import { PAGE_ENTRIES, pageId } from '../../scoring/pages.ts';
import { indexKeys } from '../../scoring/planning/indexes.ts';
import type { MemoryStorage, MemoryStore } from '../scoring/memory.ts';

const PROJECT = 'default';
const TRUTH = 'f'.repeat(64);
/** Of each shard, this line failed. */
const FAILED_LINE = 3;

export interface LedgerRun {
  readonly id: string;
  readonly items: number;
  readonly shards: number;
}

/** A finished run, with its indexes, as the planner, the workers and the finisher would leave it. */
export function writeRun(storage: MemoryStorage, name: string, items: number, committedAt: string): LedgerRun {
  const { results, uploads } = storage.stores as unknown as Record<'results' | 'uploads', MemoryStore>;
  const shardSize = items > 512_000 ? 512 : 16;
  const shards = Math.ceil(items / shardSize);
  const run = record(name, items, shards, shardSize, committedAt);
  const { project, batch } = run;
  put(uploads, uploadKeys.batchInfo(project, batch), () =>
    json({ batch, project, name: batch, createdBy: 'tests', createdAt: committedAt }),
  );
  for (const key of indexKeys({ project, run: name, batch, committedAt }, run.model.name))
    put(results, key, () => json({}));
  put(results, resultKeys.record(project, name), () => json(run));
  put(results, resultKeys.done(project, name), () =>
    json({
      run: name,
      items,
      scored: items - shards,
      failed: shards,
      errors: { TRUNCATED: shards },
      aboveThreshold: false,
      finishedAt: committedAt,
    }),
  );
  for (let i = 0; i < shards; i++) writeShard(results, run, i);
  put(results, `${resultKeys.planNames(project, name, run.attempt)}${shardId(0)}.json`, () =>
    json({ first: 0, sorted: true, firstKeys: Array.from({ length: shards }, (_, i) => keyOf(run, i, 0)) }),
  );
  writeIndexes(results, run);
  return { id: `Run:${project}:${name}`, items, shards };
}

function record(run: string, items: number, shards: number, shardSize: number, committedAt: string): Run {
  const model = {
    owner: 'shared',
    name: 'fake',
    version: 'v1',
    sha256: 'a'.repeat(64),
    layout: 'nose1',
    points: 1,
  } as const;
  return {
    run,
    project: PROJECT,
    batch: `b-${run}`,
    commit: 'c1',
    model,
    detector: null,
    crop: 'whole',
    errorThreshold: 1,
    retryOf: null,
    codeVersion: 'test',
    attempt: 'a1',
    items,
    shards,
    shardSize,
    truth: TRUTH,
    committedAt,
  };
}

function writeShard(results: MemoryStore, run: Run, index: number): void {
  const shard = shardId(index);
  const lines = linesOf(run, index);
  put(results, resultKeys.predictionShard(run.project, run.run, shard), () => shardBody(run, index));
  put(results, summaryKey(run, index), () =>
    json({
      shard,
      outcomes: { ...countsOf(run, index), faces: lines - 1 },
      failures: [],
      evaluation: { truth: TRUTH, summary: emptySummary('nose1', 1), order: orderOf(run, index, lines) },
    }),
  );
}

function countsOf(run: Run, index: number) {
  return { scored: linesOf(run, index) - 1, failed: 1, errors: { TRUNCATED: 1 } };
}

function summaryKey(run: Run, index: number): string {
  return resultKeys.summary(run.project, run.run, shardId(index), countsOf(run, index));
}

function orderOf(run: Run, index: number, lines: number) {
  const places = placesOf(run, index);
  return Array.from({ length: lines }, (_, line) => orderItem(run, index, line, places));
}

function writeIndexes(results: MemoryStore, run: Run): void {
  const below = resultKeys.summaries(run.project, run.run).length;
  put(results, resultKeys.evaluationShards(run.project, run.run, TRUTH), () =>
    json({ summaries: Array.from({ length: run.shards }, (_, i) => summaryKey(run, i).slice(below)) }),
  );
  const place = (i: number) => ({ index: i % Math.min(run.shards, 20), line: Math.floor(i / 20) % 10 });
  const entries = Math.min(run.items, PAGE_ENTRIES);
  put(results, resultKeys.order(run.project, run.run, TRUTH, pageId(0)), () =>
    encodeLines(
      Array.from({ length: entries }, (_, i) => {
        const { index, line } = place(i);
        return { ...orderItem(run, index, line), shard: shardId(index) };
      }),
    ),
  );
  for (const code of ['ALL', 'TRUNCATED']) {
    put(results, resultKeys.failures(run.project, run.run, code, pageId(0)), () =>
      encodeLines(
        Array.from({ length: Math.min(run.shards, 60) }, (_, index) => {
          const { from, to } = placesOf(run, index)[FAILED_LINE]!;
          return {
            line: FAILED_LINE,
            key: keyOf(run, index, FAILED_LINE),
            code: 'TRUNCATED',
            from,
            to,
            shard: shardId(index),
          };
        }),
      ),
    );
  }
  const metrics = metricsOf(emptySummary('nose1', 1));
  put(results, resultKeys.metrics(run.project, run.run, TRUTH), () =>
    json({ run: run.run, truth: TRUTH, ordered: entries, metrics }),
  );
}

function orderItem(run: Run, index: number, line: number, places = placesOf(run, index)) {
  const { from, to } = places[line]!;
  return { line, truth: 0, face: 0, key: keyOf(run, index, line), maePx: 1 + line, nme: null, from, to };
}

const linesOf = (run: Run, index: number) => Math.min(run.shardSize, run.items - index * run.shardSize);
const keyOf = (run: Run, index: number, line: number) => `${String(index * run.shardSize + line).padStart(9, '0')}.jpg`;

const bodies = new Map<string, Buffer>();

function shardBody(run: Run, index: number): Buffer {
  const name = `${run.run}/${index}`;
  const known = bodies.get(name);
  if (known) return known;
  const body = encodeLines(
    Array.from({ length: linesOf(run, index) }, (_, line) => prediction(keyOf(run, index, line), line)),
  );
  if (bodies.size > 600) bodies.clear();
  bodies.set(name, body);
  return body;
}

function placesOf(run: Run, index: number) {
  return linePlaces(shardBody(run, index));
}

function prediction(key: string, line: number): Prediction {
  if (line === FAILED_LINE) {
    return {
      key,
      outcome: 'failed',
      width: null,
      height: null,
      error: { code: 'TRUNCATED', message: 'it ends early' },
      faces: [],
    };
  }
  const box = { left: 0, top: 0, width: 10, height: 10 };
  const face = {
    box,
    boxSource: 'whole',
    keypoints: [[1, 2]] as [number, number][],
    score: null,
    maePx: 1 + line,
    nme: {},
  } as const;
  return { key, outcome: 'scored', width: 10, height: 10, error: null, faces: [{ ...face, keypoints: [[1, 2]] }] };
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value));

function put(store: MemoryStore, key: string, body: () => Buffer): void {
  const stored = { key, etag: `"${key}"`, bytes: 0, modifiedAt: new Date(), contentType: null };
  store.objects.set(key, Object.defineProperty(stored, 'body', { get: body, enumerable: false }) as never);
}
