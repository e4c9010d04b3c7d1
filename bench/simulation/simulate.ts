/** One batch from its commit to done.json, on a virtual clock: the real planner, scorer loop, settle and finisher. */
import { resultKeys, uploadKeys } from '../../domain/keys.ts';
import { doneSchema } from '../../domain/records.ts';
import { shardSizeFor } from '../../scoring/planning/limits.ts';
import { runIdOf } from '../../scoring/runId.ts';
import { ASSUMED, type Compute } from './assumptions.ts';
import { VirtualClock } from './clock.ts';
import { SimulatedQueue } from './jobQueue.ts';
import { bodyOf } from './keyTable.ts';
import type { Network } from './network.ts';
import { SimulatedStore } from './objectStore.ts';
import type { Prices } from './prices.ts';
import { Chance } from './random.ts';
import { Requests } from './requests.ts';
import { imageName, SimulatedUploads } from './uploads.ts';
import { type PlannerCalls, planner, workerPlace } from './workers.ts';

export interface Simulation {
  readonly images: number;
  readonly workers: number;
  readonly compute: Compute;
  /** Of the uploads bucket, by key: 1 is what S3 begins with, and more is what it makes of lasting load. */
  readonly partitions: number;
  /** Refusals, lost answers, duplicates, reclaims. Latencies vary in any case. */
  readonly faults: boolean;
  readonly seed: number;
  /** Of one worker; null: by their images, as workers do by default. */
  readonly shardsAtOnce: number | null;
  /** Whether the batch has ground truth, a point an image. Default: none. */
  readonly truth?: boolean;
}

export type Simulated = Awaited<ReturnType<typeof simulate>>;

const PROJECT = 'default';
const BATCH = 'big';
const SHA = 'a'.repeat(64);
const MODELS = {
  resolve: async () => ({
    pin: { owner: 'shared', name: 'nose', version: 'v1', sha256: SHA, layout: 'nose1', points: 1 } as const,
    crop: 'whole' as const,
  }),
  detector: async () => SHA,
};

export async function simulate(setting: Simulation, prices: Prices) {
  const { images, workers, compute, partitions } = setting;
  const network: Network = {
    clock: new VirtualClock(),
    chance: new Chance(setting.seed),
    requests: new Requests(),
    faults: setting.faults,
  };
  const { clock, requests } = network;
  const failures: unknown[] = [];
  const places = {
    network,
    uploads: new SimulatedUploads(network, partitions, { project: PROJECT, batch: BATCH, images }),
    results: new SimulatedStore('results', network, 1),
    plan: new SimulatedQueue('plan', network),
    score: new SimulatedQueue('score', network),
    scorerCalls: 0,
    onError: ({ error }: Readonly<Record<string, unknown>>) => void failures.push(error),
  };
  const { run, event } = await commit(places.uploads, network, setting.truth ? images : 0);
  const doneKey = resultKeys.done(PROJECT, run);
  const over = () => places.results.table.get(doneKey) !== undefined;
  const spent: PlannerCalls = { calls: 0, seconds: 0 };
  let attempts = 0;
  const planParts = { models: MODELS, codeVersion: 'simulation', newAttempt: () => `a${attempts++}` };
  const go = (process: Promise<unknown>) => void process.catch((error: unknown) => failures.push(error));
  places.plan.event(event);
  go(planner(places, planParts, over, spent));
  await clock.run(() => failures.length > 0 || places.results.table.get(resultKeys.record(PROJECT, run)) !== undefined);
  const planned = clock.now;
  let reclaims = 0;
  for (let worker = 0; worker < workers; worker++) {
    go(workerPlace(places, setting, over).then((count) => (reclaims += count)));
  }
  await clock.run(() => failures.length > 0 || over());
  if (failures.length > 0) throw failures[0];
  const seconds = (clock.now - planned) / 1000;
  const ideal = images / (ASSUMED.imagesPerSecond[compute] * workers);
  const shards = Math.ceil(images / shardSizeFor(images));
  const cost = costOf(requests, spent, (workers * seconds) / 3600, compute, prices);
  const dollars = cost.s3 + cost.sqs + cost.lambda + cost.workers;
  return {
    ...setting,
    shards,
    ...check(places.results, run, images, shards),
    planSeconds: planned / 1000,
    scoreSeconds: seconds,
    idealSeconds: ideal,
    overIdeal: seconds / ideal - 1,
    /** No arrangement of these workers could be faster: see below. */
    boundSeconds: boundOf(setting, shards),
    /** One a planner's call is of the commit. */
    imageGets: requests.of('uploads.get') - spent.calls,
    /** Of its scorer, finishing included, and of everything. */
    scorerRequestsAShard: places.scorerCalls / shards,
    requestsAShard: (requests.total - requests.of('uploads.get')) / shards,
    requests: requests.table(),
    refused: requests.refused,
    throttled: requests.throttled,
    redelivered: places.score.redelivered + places.plan.redelivered,
    reclaims,
    planCalls: spent.calls,
    cost,
    dollarsAMillion: (dollars * 1e6) / images,
  };
}

/**
 * Shards are whole, a partition answers so many reads a second, and one shard's requests follow one another: receive,
 * run, plan, image, predictions, summary, list; then those that finish the run: a summary, a page of failures, done.
 */
function boundOf({ images, workers, compute, partitions }: Simulation, shards: number): number {
  const { get, put, list, queue } = ASSUMED.latency;
  const oneAfterTheOther = [queue, get, get, get, put, put, list, get, put, put];
  const requests = oneAfterTheOther.reduce((sum, latency) => sum + latency.median, 0) / 1000;
  const rounds = Math.ceil(shards / workers) * Math.min(images, shardSizeFor(images));
  const computing = Math.max(images / workers, Math.min(rounds, images)) / ASSUMED.imagesPerSecond[compute];
  return Math.max(computing, images / (ASSUMED.partition.reads * partitions)) + requests;
}

/** `truths`: so many of the images have ground truth. */
async function commit(uploads: SimulatedUploads, network: Network, truths: number) {
  const key = uploadKeys.commit(PROJECT, BATCH, 'c1');
  const body = JSON.stringify({ model: 'nose', errorThreshold: 0.01, committedAt: '2026-11-24T00:00:00.000Z' });
  let written = false;
  const put = upload().then(() => {
    written = true;
  });
  async function upload(): Promise<void> {
    if (truths > 0) await uploads.put(uploadKeys.manifest(PROJECT, BATCH), manifestOf(truths));
    await uploads.put(key, body);
  }
  await Promise.all([put, network.clock.run(() => written)]);
  const event = { Records: [{ eventName: 'ObjectCreated:Put', s3: { object: { key } } }] };
  return { run: runIdOf(key, Buffer.from(body)), event: JSON.stringify(event) };
}

function manifestOf(images: number): string {
  const line = (i: number) => JSON.stringify({ key: imageName(i), keypoints: [[100, 120]], layout: 'nose1' });
  return Array.from({ length: images }, (_, i) => line(i)).join('\n');
}

/** 0 lost, 0 double: each shard has one summary, and together they count each image once. */
function check(results: SimulatedStore, run: string, images: number, shards: number) {
  const done = doneSchema.parse(JSON.parse(bodyOf(results.table.get(resultKeys.done(PROJECT, run))!).toString()));
  const count = (prefix: string) => results.table.after(prefix, '', shards + 1000).length;
  const summaries = count(resultKeys.summaries(PROJECT, run));
  const predictions = count(resultKeys.predictions(PROJECT, run));
  if (summaries !== shards || predictions !== shards || done.scored + done.failed !== images) {
    throw new Error(
      `Expected ${shards} shards and ${images} outcomes, got ${summaries} and ${done.scored + done.failed}`,
    );
  }
  return { scored: done.scored, failed: done.failed };
}

function costOf(
  requests: Requests,
  { calls, seconds }: PlannerCalls,
  workerHours: number,
  compute: Compute,
  prices: Prices,
) {
  return {
    ...requests.cost(prices),
    lambda: (calls * prices.lambdaMillion) / 1e6 + seconds * ASSUMED.planMemoryGb * prices.lambdaGbSecond,
    workers: workerHours * prices.workerHour[compute],
  };
}
