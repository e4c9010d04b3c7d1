/** A batch on LocalStack, the loops that work on it, and what an undisturbed run of it leaves. */
import { vi } from 'vitest';
import { resultKeys, uploadKeys } from '../../domain/keys.ts';
import { readStorageConfig } from '../../functions/config.ts';
import { CREDENTIALS } from '../../localstack/settings.ts';
import { forEach } from '../../scoring/concurrently.ts';
import { runPlanner, runScorer } from '../../scoring/worker/loop.ts';
import type { RetryPolicy } from '../../storage/aws/attempts.ts';
import { type AwsConfig, type AwsStorage, openAws } from '../../storage/aws/index.ts';
import type { JobQueue } from '../../storage/ports.ts';
import {
  BATCH,
  type Committed,
  commit,
  drain,
  imageKey,
  type Parts,
  PROJECT,
  partsOf,
  truthOf,
  world,
} from '../scoring/world.ts';
import { runLedger } from './ledger.ts';
import { type FaultyProxy, faultyProxy } from './proxy.ts';
import { type LocalStackStorage, localStackStorage } from './storage.ts';

/** Seconds each; on a machine with much else to do, minutes. */
export const PATIENCE = { testTimeout: 300_000, hookTimeout: 300_000 } as const;
export const WAIT = { timeout: 280_000, interval: 100 } as const;
/** On a busy machine leases are lost to slowness too; here that must not look like a message that can't be done. */
export const NEVER_DEAD = 1000;

/** Nor slowness like an image that the store does not give. */
export const PATIENT = { reading: { maxImageBytes: 1e6, atOnce: 8, attempts: 7, backoffMs: 1 } } as const;

export interface SceneOptions {
  /** Named by the manifest, each with its truth. */
  readonly images: number;
  /** Of those, the last ones that nobody uploaded. Default 0. */
  readonly missing?: number;
  readonly content: (i: number) => string;
}

/** To be closed. */
export async function localStackScene(config: AwsConfig, options: SceneOptions): Promise<Scene> {
  const storage = await localStackStorage(config, NEVER_DEAD);
  const [expected] = await Promise.all([undisturbedLedger(options), upload(storage, options)]);
  return new Scene(config, storage, expected);
}

/** Of the same batch, in memory, with nothing going wrong. */
export async function undisturbedLedger(options: SceneOptions): Promise<Readonly<Record<string, string>>> {
  const { images, missing = 0, content } = options;
  const { storage, committed } = await world({ images: images - missing, content, manifest: manifestOf(images) });
  await drain(storage, partsOf(storage));
  return runLedger(storage.stores.results, committed.run, 'c1');
}

const manifestOf = (images: number) => Array.from({ length: images }, (_, i) => truthOf(i));

async function upload({ stores: { uploads } }: AwsStorage, { images, missing = 0, content }: SceneOptions) {
  const there = Array.from({ length: images - missing }, (_, i) => i);
  await forEach(there, 16, async (i) => {
    await uploads.put(uploadKeys.image(PROJECT, BATCH, imageKey(i)), content(i));
  });
  const lines = manifestOf(images).map((entry) => `${JSON.stringify(entry)}\n`);
  await uploads.put(uploadKeys.manifest(PROJECT, BATCH), lines.join(''));
}

export class Scene {
  readonly storage: LocalStackStorage;
  /** What an undisturbed run leaves, by key. */
  readonly expected: Readonly<Record<string, string>>;
  readonly #config: AwsConfig;
  readonly #open: { close(): Promise<void> }[] = [];

  constructor(config: AwsConfig, storage: LocalStackStorage, expected: Readonly<Record<string, string>>) {
    this.#config = config;
    this.storage = storage;
    this.expected = expected;
  }

  /** A run of the batch; its event is on its way to the plan queue. */
  commit(id: string): Promise<Committed> {
    return commit(this.storage.stores.uploads, id);
  }

  /** The same storage through a proxy, by an adapter of its own. */
  async throughProxy(
    options: { readonly retries?: RetryPolicy; readonly requestTimeoutMs?: number } = {},
  ): Promise<AwsStorage & { readonly proxy: FaultyProxy }> {
    const { retries, ...timeouts } = options;
    const proxy = await faultyProxy(this.#config.endpoint!);
    const read = readStorageConfig(this.storage.environment);
    const config = { ...read, ...timeouts, endpoint: proxy.endpoint, credentials: CREDENTIALS };
    const opened = openAws(config, read, retries);
    this.#open.push(opened, proxy);
    return { ...opened, proxy };
  }

  async isDone(run: string): Promise<boolean> {
    return (await this.storage.stores.results.head(resultKeys.done(PROJECT, run))) !== null;
  }

  /** Nothing is left to receive, and nothing is held. */
  async isEmpty(queue: JobQueue): Promise<boolean> {
    const { visible, inFlight } = await queue.counts();
    return visible + inFlight === 0;
  }

  async isEmptied(): Promise<boolean> {
    const { plan, score } = this.storage.queues;
    return (await this.isEmpty(plan)) && (await this.isEmpty(score));
  }

  outcome(run: string, id: string): Promise<Record<string, string>> {
    return runLedger(this.storage.stores.results, run, id);
  }

  /** Its proxies too. */
  async close(): Promise<void> {
    for (const one of this.#open) await one.close();
    await this.storage.close();
  }
}

/** The loops of planner and scorer in this process, until it holds. */
export async function work(parts: Parts, until: () => Promise<boolean>, leaseSeconds = 5): Promise<void> {
  const stop = new AbortController();
  const options = { signal: stop.signal, waitSeconds: 1, leaseSeconds, retryAfterSeconds: 1 };
  const workers = Promise.all([runPlanner(parts, options), runScorer(parts, options)]);
  try {
    await vi.waitUntil(until, WAIT);
  } finally {
    stop.abort();
    await workers;
  }
}
