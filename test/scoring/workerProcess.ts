/** A worker of the embedded stack as a process of its own, to be killed: `workerProcess.ts FOLDER`. */
import { resolve } from 'node:path';
import { RunRecords } from '../../scoring/runRecords.ts';
import { ChildScorer } from '../../scoring/worker/childScorer.ts';
import { runDeadLetters, runPlanner, runScorer } from '../../scoring/worker/loop.ts';
import { openEmbedded } from '../../storage/embedded/index.ts';
import { fakeModels } from './world.ts';

const folder = process.argv[2];
if (!folder) throw new Error('Expected a folder');
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
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
process.on('disconnect', () => stop.abort());
const parts = {
  stores,
  queues,
  scorer,
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
