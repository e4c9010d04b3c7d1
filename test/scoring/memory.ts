/** The storage ports in memory, for tests that run a scenario hundreds of times. Same sentences as the real ones. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { FiducialError } from '../../domain/errors.ts';
import type {
  Condition,
  GetOptions,
  JobQueue,
  Listing,
  ListOptions,
  ObjectInfo,
  ObjectStore,
  PutOptions,
  Queues,
  ReceivedMessage,
  ReceiveOptions,
  SendOptions,
  StoredObject,
  Stores,
} from '../../storage/ports.ts';

export class MemoryStore implements ObjectStore {
  readonly objects = new Map<string, StoredObject>();
  readonly bucket: string;
  readonly #now: () => Date;

  constructor(bucket: string, now: () => Date) {
    this.bucket = bucket;
    this.#now = now;
  }

  async put(key: string, body: Buffer | string, options: PutOptions = {}): Promise<ObjectInfo> {
    this.#check(key, options.condition);
    const bytes = Buffer.from(body);
    const stored: StoredObject = {
      key,
      etag: `"${createHash('md5').update(bytes).digest('hex')}"`,
      bytes: bytes.length,
      modifiedAt: this.#now(),
      body: bytes,
      contentType: options.contentType ?? null,
    };
    this.objects.set(key, stored);
    return stored;
  }

  async putStream(key: string, body: Readable, options?: PutOptions): Promise<ObjectInfo> {
    return this.put(key, await buffer(body), options);
  }

  async get(key: string, { range, ifMatch }: GetOptions = {}): Promise<StoredObject> {
    const stored = this.objects.get(key);
    if (!stored) throw new FiducialError('NOT_FOUND', `Expected an object ${key}, got nothing`);
    if (ifMatch && ifMatch !== stored.etag) throw new FiducialError('PRECONDITION_FAILED', `${key} was replaced`);
    if (!range) return stored;
    return { ...stored, body: stored.body.subarray(range.from, range.to === undefined ? undefined : range.to + 1) };
  }

  async getStream(key: string, options?: GetOptions) {
    const stored = await this.get(key, options);
    return { ...stored, body: Readable.from([stored.body]) };
  }

  async head(key: string): Promise<ObjectInfo | null> {
    return this.objects.get(key) ?? null;
  }

  async list({ prefix, after = '', limit = 1000, delimiter }: ListOptions): Promise<Listing> {
    const keys = [...this.objects.keys()]
      .filter((key) => key.startsWith(prefix))
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      .filter((key) => Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0);
    if (delimiter) {
      const folders = keys.filter((key) => key.slice(prefix.length).includes('/'));
      const prefixes = new Set(folders.map((key) => key.slice(0, key.indexOf('/', prefix.length) + 1)));
      const objects = keys.filter((key) => !folders.includes(key)).map((key) => this.objects.get(key)!);
      return { objects, prefixes: [...prefixes], next: null };
    }
    const page = keys.slice(0, limit);
    return {
      objects: page.map((key) => this.objects.get(key)!),
      prefixes: [],
      next: keys.length > limit ? page.at(-1)! : null,
    };
  }

  async delete(key: string): Promise<void> {
    this.objects.delete(key);
  }

  signUpload(): Promise<never> {
    return Promise.reject(new FiducialError('BACKEND_UNAVAILABLE', 'Nothing is signed in memory'));
  }

  signDownload(): Promise<never> {
    return Promise.reject(new FiducialError('BACKEND_UNAVAILABLE', 'Nothing is signed in memory'));
  }

  #check(key: string, condition: Condition | undefined): void {
    const stored = this.objects.get(key);
    if (!condition) return;
    const met = 'ifAbsent' in condition ? !stored : stored?.etag === condition.ifMatch;
    if (!met) throw new FiducialError('PRECONDITION_FAILED', `Expected another state of ${key}`);
  }
}

interface Waiting {
  readonly body: string;
  readonly group: string | null;
  receives: number;
}

/** A lease ends only by `expireAll`, never by the clock. */
export class MemoryQueue implements JobQueue {
  readonly name: string;
  readonly deadLetters: MemoryQueue | null;
  readonly #maxReceives: number;
  visible: Waiting[] = [];
  readonly #inFlight = new Map<string, Waiting>();
  #next = 0;

  constructor(name: string, maxReceives: number | null = 10) {
    this.name = name;
    this.#maxReceives = maxReceives ?? Number.POSITIVE_INFINITY;
    this.deadLetters = maxReceives === null ? null : new MemoryQueue(`${name}-dead`, null);
  }

  async send(body: string, options: SendOptions = {}): Promise<void> {
    this.visible.push({ body, group: options.group ?? null, receives: 0 });
  }

  async sendAll(messages: readonly { readonly body: string; readonly group?: string }[]): Promise<void> {
    for (const { body, group } of messages) await this.send(body, group === undefined ? {} : { group });
  }

  async receive({ max }: Pick<ReceiveOptions, 'max'>): Promise<readonly ReceivedMessage[]> {
    const received: ReceivedMessage[] = [];
    while (received.length < max && this.visible.length > 0) {
      const waiting = this.visible.shift()!;
      if (waiting.receives >= this.#maxReceives) {
        this.deadLetters!.visible.push({ ...waiting, receives: 0 });
        continue;
      }
      waiting.receives++;
      const receipt = String(this.#next++);
      this.#inFlight.set(receipt, waiting);
      received.push({ id: receipt, receipt, body: waiting.body, receives: waiting.receives, group: waiting.group });
    }
    return received;
  }

  async extend(receipt: string): Promise<void> {
    this.#held(receipt);
  }

  async acknowledge(receipt: string): Promise<void> {
    this.#held(receipt);
    this.#inFlight.delete(receipt);
  }

  async release(receipt: string): Promise<void> {
    this.visible.push(this.#held(receipt));
    this.#inFlight.delete(receipt);
  }

  async counts() {
    const dead = this.deadLetters?.visible.length ?? 0;
    return { visible: this.visible.length, inFlight: this.#inFlight.size, delayed: 0, dead };
  }

  async redrive(): Promise<number> {
    const dead = this.deadLetters?.visible.splice(0) ?? [];
    this.visible.push(...dead);
    return dead.length;
  }

  /** Every lease ends: what was received and not acknowledged is visible again. */
  expireAll(): void {
    this.visible.push(...this.#inFlight.values());
    this.#inFlight.clear();
  }

  #held(receipt: string): Waiting {
    const waiting = this.#inFlight.get(receipt);
    if (!waiting) throw new FiducialError('LEASE_LOST', 'Expected a receipt that holds its message');
    return waiting;
  }
}

export interface MemoryStorage {
  readonly stores: Stores & { readonly uploads: MemoryStore; readonly results: MemoryStore };
  readonly queues: Queues & { readonly plan: MemoryQueue; readonly score: MemoryQueue };
}

export function memoryStorage(now: () => Date = () => new Date()): MemoryStorage {
  return {
    stores: {
      uploads: new MemoryStore('uploads', now),
      results: new MemoryStore('results', now),
      models: new MemoryStore('models', now),
    },
    queues: { plan: new MemoryQueue('plan'), score: new MemoryQueue('score'), train: new MemoryQueue('train') },
  };
}
