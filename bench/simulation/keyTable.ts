/** Objects by key, listed a thousand at a time without sorting anything anew. Keys are ASCII, so they sort as S3 sorts. */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';

export interface Entry {
  readonly etag: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
  readonly contentType: string | null;
  /** Packed where it is large: millions of lines that are much alike. */
  readonly body: Buffer;
  readonly packed: boolean;
}

const PACKED_FROM = 2_000;

export function entryOf(body: Buffer, facts: Pick<Entry, 'etag' | 'modifiedAt' | 'contentType'>): Entry {
  const packed = body.length >= PACKED_FROM;
  return { ...facts, bytes: body.length, packed, body: packed ? zstdCompressSync(body) : body };
}

export function bodyOf({ body, packed }: Entry): Buffer {
  return packed ? zstdDecompressSync(body) : body;
}

export class KeyTable {
  /** Names in order, by folder with its slash. */
  readonly #folders = new Map<string, string[]>();
  readonly #entries = new Map<string, Entry>();

  get(key: string): Entry | undefined {
    return this.#entries.get(key);
  }

  get size(): number {
    return this.#entries.size;
  }

  set(key: string, entry: Entry): void {
    if (!this.#entries.has(key)) {
      const folder = folderOf(key);
      const names = this.#folders.get(folder) ?? [];
      this.#folders.set(folder, names);
      names.splice(placeOf(names, key), 0, key);
    }
    this.#entries.set(key, entry);
  }

  delete(key: string): void {
    if (!this.#entries.delete(key)) return;
    const names = this.#folders.get(folderOf(key))!;
    names.splice(placeOf(names, key), 1);
  }

  /** Keys of one folder or, more slowly, of all below a prefix. */
  after(prefix: string, after: string, limit: number): string[] {
    const below = [...this.#folders].filter(([folder]) => folder.startsWith(prefix) || prefix.startsWith(folder));
    const pages = below.map(([, names]) => {
      const from = placeOf(names, after < prefix ? prefix : after);
      return names.slice(from, from + limit + 1).filter((key) => key.startsWith(prefix) && key > after);
    });
    return (pages.length === 1 ? pages[0]! : pages.flat().sort()).slice(0, limit);
  }
}

function folderOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/') + 1);
}

/** Of the first name that is not less. */
function placeOf(names: readonly string[], key: string): number {
  let low = 0;
  let high = names.length;
  // Most keys come in order.
  if (high > 0 && names[high - 1]! < key) return high;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (names[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
