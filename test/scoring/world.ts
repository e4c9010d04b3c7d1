/**
 * A small world to score in: batches whose "images" are JSON, a model that finds a face by hashing them, workers that
 * may be killed. Everything is deterministic, so that two histories can be compared byte by byte.
 */
import { uploadKeys } from '../../domain/keys.ts';
import type { Commit, ManifestEntry, Prediction } from '../../domain/records.ts';
import { scoreMessageSchema } from '../../domain/records.ts';
import { handleDeadPlan, handleDeadShard } from '../../scoring/deadLetters.ts';
import { readContent } from '../../scoring/images.ts';
import { failedPrediction } from '../../scoring/outcomes.ts';
import { handlePlanMessage, type PlanParts } from '../../scoring/plan.ts';
import type { ItemScorer, ScoringItem } from '../../scoring/ports.ts';
import { SILENT } from '../../scoring/ports.ts';
import { runIdOf } from '../../scoring/runId.ts';
import { RunRecords } from '../../scoring/runRecords.ts';
import { type ScoreParts, scoreShard } from '../../scoring/scoreShard.ts';
import type { ObjectStore, Queues, Stores } from '../../storage/ports.ts';
import { fakePrediction } from './fakeModel.ts';
import { type MemoryStorage, memoryStorage } from './memory.ts';

export const PROJECT = 'default';
export const BATCH = 'faces';
export const NOW = new Date('2026-11-24T12:00:00.000Z');
export const MODEL_SHA = 'a'.repeat(64);

/** In the caller's process, in reverse order within small groups: outcomes come in no order. */
export const fakeScorer: ItemScorer = {
  async *score({ pin: { points } }, items) {
    let group: ScoringItem[] = [];
    for await (const item of items) {
      group.push(item);
      if (group.length < 5) continue;
      yield* group.reverse().map((one) => ({ index: one.index, prediction: fakeOutcome(one, points) }));
      group = [];
    }
    yield* group.reverse().map((one) => ({ index: one.index, prediction: fakeOutcome(one, points) }));
  },
};

function fakeOutcome({ item, content }: ScoringItem, points: number): Prediction {
  const read = readContent(content);
  if (read.kind === 'failed') return failedPrediction(item.key, read.code, read.message);
  return fakePrediction({ item, bytes: Buffer.from(read.bytes) }, points);
}

export const fakeModels: PlanParts['models'] = {
  async resolve(_project, reference) {
    if (!/^(fake|other|nose)(@|$)/.test(reference)) {
      const { FiducialError } = await import('../../domain/errors.ts');
      throw new FiducialError('UNKNOWN_MODEL', `Expected a model that is here, got "${reference}"`);
    }
    const name = reference.split('@')[0]!;
    const sha256 = name === 'fake' ? MODEL_SHA : 'b'.repeat(64);
    const pin = { owner: 'shared', name, version: 'v1', sha256 };
    if (name === 'nose') return { pin: { ...pin, layout: 'nose1', points: 1 }, crop: 'whole' };
    return { pin: { ...pin, layout: 'ibug68', points: 68 }, crop: 'whole' };
  },
  detector: async () => 'd'.repeat(64),
};

export type Parts = PlanParts & ScoreParts;

let attempts = 0;

export function partsOf(
  storage: { readonly stores: Stores; readonly queues: Queues },
  more: Partial<Parts> = {},
): Parts {
  return {
    ...storage,
    log: SILENT,
    now: () => NOW,
    models: fakeModels,
    codeVersion: 'test',
    newAttempt: () => `a${attempts++}`,
    scorer: fakeScorer,
    runs: new RunRecords(storage.stores.results),
    reading: { maxImageBytes: 1e6, atOnce: 8, attempts: 2, backoffMs: 1 },
    ...more,
  };
}

export interface WorldOptions {
  readonly images?: number;
  readonly manifest?: readonly ManifestEntry[];
  readonly commit?: Partial<Commit>;
  /** How the bytes of image i read. Default: its number. */
  readonly content?: (i: number) => string;
}

export function imageKey(i: number): string {
  return `set/${String(i).padStart(5, '0')}.jpg`;
}

export interface Committed {
  readonly run: string;
  readonly commitKey: string;
  readonly event: string;
}

export async function upload(
  uploads: ObjectStore,
  count: number,
  content: (i: number) => string = (i) => `image ${i}`,
) {
  for (let i = 0; i < count; i++) await uploads.put(uploadKeys.image(PROJECT, BATCH, imageKey(i)), content(i));
}

export async function commit(uploads: ObjectStore, id: string, more: Partial<Commit> = {}): Promise<Committed> {
  const body = JSON.stringify({ model: 'fake', committedAt: '2026-11-24T11:00:00.000Z', ...more });
  const commitKey = uploadKeys.commit(PROJECT, BATCH, id);
  await uploads.put(commitKey, body);
  return { run: runIdOf(commitKey, body), commitKey, event: eventOf(commitKey) };
}

/** As S3 sends it. */
export function eventOf(...keys: string[]): string {
  return JSON.stringify({
    Records: keys.map((key) => ({
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      eventName: 'ObjectCreated:Put',
      s3: { bucket: { name: 'uploads' }, object: { key: encodeURIComponent(key).replaceAll('%20', '+'), size: 1 } },
    })),
  });
}

export function truthOf(i: number): ManifestEntry {
  const keypoints = Array.from({ length: 68 }, (_, k): [number, number] => [101 + k, 100 + (k % 9) * 7 + (i % 3)]);
  return { key: imageKey(i), keypoints, layout: 'ibug68', group: `person ${i % 4}` };
}

/** A world with one committed batch; its event waits on the plan queue. */
export async function world(options: WorldOptions = {}): Promise<{ storage: MemoryStorage; committed: Committed }> {
  const storage = memoryStorage(() => NOW);
  await upload(storage.stores.uploads, options.images ?? 0, options.content);
  if (options.manifest) {
    const body = options.manifest.map((entry) => `${JSON.stringify(entry)}\n`).join('');
    await storage.stores.uploads.put(uploadKeys.manifest(PROJECT, BATCH), body);
  }
  const committed = await commit(storage.stores.uploads, 'c1', options.commit);
  await storage.queues.plan.send(committed.event);
  return { storage, committed };
}

/** Works until nothing is visible any more; leases that a dead worker left end when nothing else is to do. */
export async function drain(storage: MemoryStorage, parts: Parts): Promise<void> {
  const { plan, score } = storage.queues;
  const signal = new AbortController().signal;
  for (let idle = 0; idle < 2; ) {
    const [planning] = await plan.receive({ max: 1 });
    if (planning) {
      await handlePlanMessage(parts, planning.body);
      await parts.queues.plan.acknowledge(planning.receipt);
    }
    const [scoring] = await score.receive({ max: 1 });
    if (scoring) {
      const { finish } = await scoreShard(parts, scoreMessageSchema.parse(JSON.parse(scoring.body)), {
        signal,
        receives: scoring.receives,
      });
      if (finish !== 'left to another') await parts.queues.score.acknowledge(scoring.receipt);
    }
    const dead = await drainDead(storage, parts);
    if (planning || scoring || dead > 0) idle = 0;
    else {
      idle++;
      plan.expireAll();
      score.expireAll();
    }
  }
}

async function drainDead(storage: MemoryStorage, parts: Parts): Promise<number> {
  let handled = 0;
  const { plan, score } = storage.queues;
  for (const [queue, handle] of [
    [score.deadLetters!, handleDeadShard],
    [plan.deadLetters!, handleDeadPlan],
  ] as const) {
    for (const message of await queue.receive({ max: 10 })) {
      handled++;
      if ((await handle(parts, message)) === 'wait') await queue.release(message.receipt);
      else await queue.acknowledge(message.receipt);
    }
  }
  return handled;
}

/**
 * What of the ledger has to be the same whatever happened on the way: keys and bodies, attempts, times and who finished
 * left out.
 */
export function ledger(storage: MemoryStorage): Record<string, string> {
  const entries = [...storage.stores.results.objects]
    .filter(([key]) => !key.includes('/plans/') && !key.endsWith('/finishing.json'))
    .map(([key, { body }]): [string, string] => [key, body.toString('utf8').replaceAll(/"attempt":"[a-z0-9]+"/g, '')]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
