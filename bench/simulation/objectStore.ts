/** A bucket in memory, with the latencies, limits and faults of S3 as the adapter lets them through. */
import { Readable } from 'node:stream';
import { FiducialError } from '../../domain/errors.ts';
import type {
  Condition,
  GetOptions,
  Listing,
  ListOptions,
  ObjectInfo,
  ObjectStore,
  PutOptions,
} from '../../storage/ports.ts';
import { ASSUMED } from './assumptions.ts';
import { bodyOf, type Entry, entryOf, KeyTable } from './keyTable.ts';
import { callMs, type Network, Partitions } from './network.ts';

export class SimulatedStore implements ObjectStore {
  readonly bucket: string;
  readonly table = new KeyTable();
  protected readonly network: Network;
  protected readonly reads: Partitions;
  readonly #writes: Partitions;
  #etags = 0;

  constructor(bucket: string, network: Network, partitions: number) {
    this.bucket = bucket;
    this.network = network;
    this.reads = new Partitions(network.clock, ASSUMED.partition.reads * partitions);
    this.#writes = new Partitions(network.clock, ASSUMED.partition.writes * partitions);
  }

  async put(key: string, body: Buffer | string, { condition, contentType }: PutOptions = {}): Promise<ObjectInfo> {
    await this.#call('put', this.#writes);
    this.#check(key, condition);
    const etag = `"v${this.#etags++}"`;
    const facts = { etag, modifiedAt: new Date(this.network.clock.now), contentType: contentType ?? null };
    this.table.set(key, entryOf(Buffer.from(body), facts));
    if (this.network.faults && this.network.chance.happens(ASSUMED.lostAnswers)) {
      // The answer is lost; the adapter tries again, and under If-None-Match finds its own object there.
      await this.#call('put', this.#writes);
      this.#check(key, condition);
    }
    return this.#info(key, this.table.get(key)!);
  }

  putStream(): Promise<never> {
    return Promise.reject(new Error('Nothing is streamed into a simulation'));
  }

  async get(key: string, { ifMatch }: GetOptions = {}) {
    await this.#call('get', this.reads);
    const entry = this.table.get(key);
    if (!entry) throw new FiducialError('NOT_FOUND', `Expected an object ${key}, got nothing`);
    if (ifMatch && ifMatch !== entry.etag) throw new FiducialError('PRECONDITION_FAILED', `${key} was replaced`);
    return { ...this.#info(key, entry), body: bodyOf(entry), contentType: entry.contentType };
  }

  async getStream(key: string, options?: GetOptions) {
    const { body, ...facts } = await this.get(key, options);
    return { ...facts, body: Readable.from([body]) };
  }

  async head(key: string): Promise<ObjectInfo | null> {
    await this.#call('head', this.reads);
    const entry = this.table.get(key);
    return entry ? this.#info(key, entry) : null;
  }

  async list({ prefix, after = '', limit = 1000 }: ListOptions): Promise<Listing> {
    await this.#call('list', this.reads);
    const keys = this.table.after(prefix, after, limit + 1);
    const page = keys.slice(0, limit);
    const objects = page.map((key) => this.#info(key, this.table.get(key)!));
    return { objects, prefixes: [], next: keys.length > limit ? page.at(-1)! : null };
  }

  async delete(key: string): Promise<void> {
    await this.#call('delete', this.#writes);
    this.table.delete(key);
  }

  signUpload(): Promise<never> {
    return Promise.reject(new Error('Nothing is signed in a simulation'));
  }

  signDownload(): Promise<never> {
    return Promise.reject(new Error('Nothing is signed in a simulation'));
  }

  async #call(method: 'get' | 'head' | 'put' | 'list' | 'delete', partitions: Partitions): Promise<void> {
    const held = partitions.wait(1);
    if (held > 1000) this.network.requests.throttled++;
    await this.network.clock.sleep(held + callMs(this.network, `${this.bucket}.${method}`, ASSUMED.latency[method]));
  }

  #check(key: string, condition: Condition | undefined): void {
    if (!condition) return;
    const there = this.table.get(key);
    if ('ifAbsent' in condition ? there : there?.etag !== condition.ifMatch) {
      throw new FiducialError('PRECONDITION_FAILED', `Expected another state of ${key}`);
    }
  }

  #info(key: string, { etag, bytes, modifiedAt }: Entry): ObjectInfo {
    return { key, etag, bytes, modifiedAt };
  }
}
