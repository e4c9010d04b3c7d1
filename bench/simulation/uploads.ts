/** The uploads bucket: small objects are kept, and the images of one batch are made up from their number. */
import { uploadKeys } from '../../domain/keys.ts';
import type { GetOptions, Listing, ListOptions } from '../../storage/ports.ts';
import { ASSUMED } from './assumptions.ts';
import { callMs, type Network } from './network.ts';
import { SimulatedStore } from './objectStore.ts';
import type { ReadStreams } from './readStreams.ts';

const DIGITS = 9;
/** Of a photograph. Nothing depends on it here. */
const IMAGE_BYTES = 250_000;

export function imageName(index: number): string {
  return `${String(index).padStart(DIGITS, '0')}.jpg`;
}

export function imageIndex(name: string): number {
  return Number(name.slice(0, DIGITS));
}

export class SimulatedUploads extends SimulatedStore {
  readonly #prefix: string;
  readonly #images: number;
  readonly #modifiedAt = new Date(0);

  constructor(
    network: Network,
    partitions: number,
    batch: { readonly project: string; readonly batch: string; readonly images: number },
  ) {
    super('uploads', network, partitions);
    this.#prefix = uploadKeys.images(batch.project, batch.batch);
    this.#images = batch.images;
  }

  /** Images come at once: a shard's reading takes its time as a whole, see readMs. */
  override async get(key: string, options?: GetOptions) {
    if (!key.startsWith(this.#prefix)) return super.get(key, options);
    const index = imageIndex(key.slice(this.#prefix.length));
    this.network.requests.add('uploads.get');
    return { ...this.#info(index), body: Buffer.from(String(index)), contentType: 'image/jpeg' };
  }

  /** Milliseconds to read so many images by a worker's streams. */
  readMs(count: number, streams: ReadStreams): number {
    const { chance, requests, faults, clock } = this.network;
    const shard = streams.shard(clock.now);
    for (let i = 0; i < count; i++) {
      let ms = chance.latency(ASSUMED.latency.get);
      while (faults && chance.happens(ASSUMED.refused)) {
        requests.refused++;
        ms += chance.exponential(ASSUMED.refusedWaitMs) + chance.latency(ASSUMED.latency.get);
      }
      shard.read(ms);
    }
    const held = this.reads.wait(count);
    if (held > 1000) requests.throttled += count;
    return Math.max(held, shard.endedAt - clock.now);
  }

  override async list(options: ListOptions): Promise<Listing> {
    const { prefix, after = '', limit = 1000 } = options;
    if (prefix !== this.#prefix) return super.list(options);
    await this.network.clock.sleep(this.reads.wait(1) + callMs(this.network, 'uploads.list', ASSUMED.latency.list));
    const from = after > prefix ? imageIndex(after.slice(prefix.length)) + 1 : 0;
    const to = Math.min(this.#images, from + limit);
    const objects = Array.from({ length: Math.max(0, to - from) }, (_, i) => this.#info(from + i));
    return { objects, prefixes: [], next: to < this.#images ? objects.at(-1)!.key : null };
  }

  #info(index: number) {
    const key = this.#prefix + imageName(index);
    return { key, etag: `"${index}"`, bytes: IMAGE_BYTES, modifiedAt: this.#modifiedAt };
  }
}
