/**
 * A worker of the embedded stack as a process of its own, to be killed: `workerProcess.ts FOLDER GATE`. The file GATE
 * says how many shards may be begun: from there on it waits, so that the run is not over before its killer is.
 */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ItemScorer, ScoringItem } from '../../scoring/ports.ts';
import { RunRecords } from '../../scoring/runRecords.ts';
import { ChildScorer } from '../../scoring/worker/childScorer.ts';
import { runDeadLetters, runPlanner, runScorer } from '../../scoring/worker/loop.ts';
import { openEmbedded } from '../../storage/embedded/index.ts';
import { fakeModels } from './world.ts';

const SHARD_SIZE = 16;

const folder = process.argv[2];
const gate = process.argv[3];
if (!folder || !gate) throw new Error('Expected a folder and a gate');
const { stores, queues, close } = await openEmbedded({ folder, maxReceives: 25 });
const scorer = new ChildScorer({
  module: resolve(import.meta.dirname, 'fakeChild.ts'),
  env: {},
  maxResidentBytes: 500_000_000,
  maxHeapMb: 256,
  watchEveryMs: 100,
  window: 16,
  windowBytes: 1e7,
  itemTimeoutMs: 10_000,
  startTimeoutMs: 20_000,
  soloDeaths: 4,
  maxModels: 2,
  loadModel: async (model) => ({ model, card: model.pin.name, bytes: new Uint8Array(8) }),
});
const gated: ItemScorer = {
  async *score(model, items, options) {
    yield* scorer.score(model, held(items, options.signal), options);
  },
};

/** Images once their shard may be begun. */
async function* held(items: AsyncIterable<ScoringItem>, signal: AbortSignal): AsyncGenerator<ScoringItem> {
  for await (const one of items) {
    const shard = Math.floor(Number(/(\d+)\.jpg$/.exec(one.item.key)![1]) / SHARD_SIZE);
    while (Number(await readFile(gate!, 'utf8')) <= shard) await delay(10, undefined, { signal });
    yield one;
  }
}

const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
process.on('disconnect', () => stop.abort());
const parts = {
  stores,
  queues,
  scorer: gated,
  log: { info: () => {}, warn: () => {}, error: console.error },
  now: () => new Date(),
  models: fakeModels,
  codeVersion: 'test',
  newAttempt: () => `a${process.pid}-${Date.now()}`,
  runs: new RunRecords(stores.results),
};
const options = { signal: stop.signal, leaseSeconds: 2, waitSeconds: 1, retryAfterSeconds: 1 };
process.send?.({ ready: true });
await Promise.all([runPlanner(parts, options), runScorer(parts, options), runDeadLetters(parts, options)]);
await scorer.close();
await close();
process.disconnect?.();
