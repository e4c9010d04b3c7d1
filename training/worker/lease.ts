/**
 * `lease.json`: who trains, until when, and where its checkpoints are. Swapped (`If-Match`), so that a trainer that was
 * away and comes back finds that it may not write any more: its checkpoints are never pointed at.
 */
import { randomUUID } from 'node:crypto';
import { FiducialError, isFiducialError } from '../../domain/errors.ts';
import { modelKeys } from '../../domain/keys.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { type TrainingLeaseRecord, trainingLeaseSchema } from '../ledger/records.ts';

export interface LeaseOptions {
  readonly holder: string;
  readonly seconds: number;
  now(): Date;
}

export class TrainingLease {
  readonly #store: ObjectStore;
  readonly #key: string;
  readonly #options: LeaseOptions;
  #record: TrainingLeaseRecord;
  #etag: string;
  /** One swap at a time: the heartbeat and a checkpoint may come together. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    store: ObjectStore,
    key: string,
    options: LeaseOptions,
    record: TrainingLeaseRecord,
    etag: string,
  ) {
    this.#store = store;
    this.#key = key;
    this.#options = options;
    this.#record = record;
    this.#etag = etag;
  }

  /** LEASE_LOST (retryable) where another holds it; its id `heldUntil` says when that ends, unless it is renewed. */
  static async acquire(
    store: ObjectStore,
    project: string,
    training: string,
    options: LeaseOptions,
  ): Promise<TrainingLease> {
    const key = modelKeys.trainingFile(project, training, 'lease.json');
    const current = await readLease(store, key);
    const held = current && Date.parse(current.record.expiresAt) > options.now().getTime();
    if (held && current.record.holder !== options.holder) throw heldBy(training, current.record);
    const record: TrainingLeaseRecord = {
      holder: options.holder,
      counter: (current?.record.counter ?? 0) + 1,
      expiresAt: expiry(options),
      nonce: randomUUID(),
      checkpoints: current?.record.checkpoints ?? {},
    };
    const etag = await swap(store, key, record, current?.etag ?? null);
    return new TrainingLease(store, key, options, record, etag);
  }

  get counter(): number {
    return this.#record.counter;
  }

  checkpointKey(name: string): string | null {
    return this.#record.checkpoints[name] ?? null;
  }

  /** LEASE_LOST where another took it. */
  renew(): Promise<void> {
    return this.#write({});
  }

  /** Points at a checkpoint that was written. Gives the key that it replaces. LEASE_LOST as `renew`. */
  async point(name: string, key: string): Promise<string | null> {
    const before = this.checkpointKey(name);
    await this.#write({ [name]: key });
    return before === key ? null : before;
  }

  /** Lets the next trainer begin at once. */
  async release(): Promise<void> {
    await this.#write({}, this.#options.now().toISOString()).catch((error: unknown) => {
      if (!isFiducialError(error, 'LEASE_LOST')) throw error;
    });
  }

  #write(checkpoints: Record<string, string>, expiresAt?: string): Promise<void> {
    const turn = this.#turn
      .catch(() => {})
      .then(async () => {
        const record: TrainingLeaseRecord = {
          ...this.#record,
          expiresAt: expiresAt ?? expiry(this.#options),
          nonce: randomUUID(),
          checkpoints: { ...this.#record.checkpoints, ...checkpoints },
        };
        this.#etag = await swap(this.#store, this.#key, record, this.#etag);
        this.#record = record;
      });
    this.#turn = turn;
    return turn;
  }
}

function expiry({ now, seconds }: LeaseOptions): string {
  return new Date(now().getTime() + seconds * 1000).toISOString();
}

async function readLease(
  store: ObjectStore,
  key: string,
): Promise<{ record: TrainingLeaseRecord; etag: string } | null> {
  try {
    const { body, etag } = await store.get(key);
    return { record: trainingLeaseSchema.parse(JSON.parse(body.toString('utf8'))), etag };
  } catch (error) {
    if (isFiducialError(error, 'NOT_FOUND')) return null;
    throw error;
  }
}

/** A refusal after a lost response is no refusal: what is there has our nonce. */
async function swap(
  store: ObjectStore,
  key: string,
  record: TrainingLeaseRecord,
  etag: string | null,
): Promise<string> {
  const condition = etag === null ? ({ ifAbsent: true } as const) : { ifMatch: etag };
  try {
    return (await store.put(key, JSON.stringify(record), { condition, contentType: 'application/json' })).etag;
  } catch (error) {
    if (!isFiducialError(error, 'PRECONDITION_FAILED', 'NOT_FOUND')) throw error;
    const there = await readLease(store, key);
    if (there?.record.nonce === record.nonce) return there.etag;
    throw lost(key, `${there?.record.holder ?? 'somebody'} took it`);
  }
}

function heldBy(training: string, { holder, expiresAt }: TrainingLeaseRecord): FiducialError {
  return new FiducialError(
    'LEASE_LOST',
    `Expected training run ${training} to be free, got: trainer ${holder} holds it until ${expiresAt}; if that one died, try again then`,
    { ids: { training, holder, heldUntil: expiresAt } },
  );
}

function lost(key: string, why: string): FiducialError {
  return new FiducialError('LEASE_LOST', `Expected to hold ${key}, got: ${why}; this trainer stops`);
}
