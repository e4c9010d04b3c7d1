/**
 * What every ObjectStore keeps. `makeStore` gives a store and a key prefix that nothing else writes under, so that one
 * bucket serves the whole suite.
 */
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { ObjectStore } from '../../../storage/ports.ts';

/** LocalStack takes some 300 puts a second, on a busy machine a tenth of that. */
const MANY_KEYS_TIMEOUT_MS = 120_000;

export interface StoreUnderTest {
  readonly store: ObjectStore;
  /** Ends with `/`. */
  readonly prefix: string;
}
export type MakeStore = () => Promise<StoreUnderTest>;

export function objectStoreContract(name: string, makeStore: MakeStore): void {
  describe(`${name} as an ObjectStore`, () => {
    readingAndWriting(makeStore);
    conditions(makeStore);
    listing(makeStore);
    largeBodies(makeStore);
    aborting(makeStore);
  });
}

function readingAndWriting(makeStore: MakeStore): void {
  test('gives back what was put, with its size, type and ETag', async () => {
    const { store, prefix } = await makeStore();
    const put = await store.put(`${prefix}a.json`, '{"a":1}', { contentType: 'application/json' });
    const got = await store.get(`${prefix}a.json`);
    expect(got.body.toString()).toBe('{"a":1}');
    expect(got).toMatchObject({ key: `${prefix}a.json`, bytes: 7, contentType: 'application/json', etag: put.etag });
    expect(Math.abs(got.modifiedAt.getTime() - Date.now())).toBeLessThan(60_000);
    expect(await store.head(`${prefix}a.json`)).toMatchObject({ bytes: 7, etag: put.etag });
  });

  test('the ETag is the quoted MD5 of a small body and changes with it', async () => {
    const { store, prefix } = await makeStore();
    expect((await store.put(`${prefix}x`, 'hello')).etag).toBe('"5d41402abc4b2a76b9719d911017c592"');
    expect((await store.put(`${prefix}x`, 'world')).etag).toBe('"7d793037a0760186574b0282f2f435e7"');
    expect((await store.get(`${prefix}x`)).body.toString()).toBe('world');
  });

  test('an empty body is a body', async () => {
    const { store, prefix } = await makeStore();
    await store.put(`${prefix}empty`, '');
    expect((await store.get(`${prefix}empty`)).body.length).toBe(0);
    expect(await store.head(`${prefix}empty`)).toMatchObject({ bytes: 0 });
  });

  test('keys of any characters come back as they were', async () => {
    const { store, prefix } = await makeStore();
    const names = [
      'a b+c',
      'ü/ä',
      '日本語.jpg',
      '😀',
      'quo\'te"s&<x>',
      '100%',
      '#hash?q=1',
      'a//b',
      '..',
      './x',
      'tab\tand\nnewline',
    ];
    for (const key of names) await store.put(prefix + key, key);
    for (const key of names) expect((await store.get(prefix + key)).body.toString()).toBe(key);
    const listed = (await store.list({ prefix })).objects.map((object) => object.key);
    expect(new Set(listed)).toEqual(new Set(names.map((key) => prefix + key)));
  });

  test('what is not there is null to head and NOT_FOUND to get', async () => {
    const { store, prefix } = await makeStore();
    expect(await store.head(`${prefix}none`)).toBeNull();
    await expect(store.get(`${prefix}none`)).rejects.toMatchObject({ code: 'NOT_FOUND', retryable: false });
    await expect(store.getStream(`${prefix}none`)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('a deleted object is gone, and deleting it again succeeds', async () => {
    const { store, prefix } = await makeStore();
    await store.put(`${prefix}d`, 'x');
    await store.delete(`${prefix}d`);
    await store.delete(`${prefix}d`);
    expect(await store.head(`${prefix}d`)).toBeNull();
  });

  test('a range gives its bytes, both ends included, and the size of the whole', async () => {
    const { store, prefix } = await makeStore();
    await store.put(`${prefix}r`, '0123456789');
    const read = async (from: number, to?: number) =>
      store.get(`${prefix}r`, { range: to === undefined ? { from } : { from, to } });
    expect((await read(2, 4)).body.toString()).toBe('234');
    expect((await read(7)).body.toString()).toBe('789');
    expect((await read(8, 99)).body.toString()).toBe('89');
    expect((await read(0, 0)).bytes).toBe(10);
    await expect(read(10)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  test('keys that no store could hold are refused', async () => {
    const { store, prefix } = await makeStore();
    for (const key of ['', `${prefix}${'x'.repeat(1025)}`, `${prefix}a\0b`, `${prefix}\ud800`]) {
      await expect(store.put(key, 'x')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    }
  });
}

function conditions(makeStore: MakeStore): void {
  test('of 50 writers that race for an absent key, one wins, and what is read is the winner’s', async () => {
    const { store, prefix } = await makeStore();
    const key = `${prefix}race`;
    const attempts = Array.from({ length: 50 }, (_, n) => store.put(key, `w${n}`, { condition: { ifAbsent: true } }));
    const results = await Promise.allSettled(attempts);
    const winners = results.flatMap((result, n) => (result.status === 'fulfilled' ? [n] : []));
    expect(winners).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'PRECONDITION_FAILED' });
    }
    expect((await store.get(key)).body.toString()).toBe(`w${winners[0]}`);
  });

  test('of 50 writers that race to swap one version, one wins', async () => {
    const { store, prefix } = await makeStore();
    const key = `${prefix}swap`;
    const { etag } = await store.put(key, 'first');
    const attempts = Array.from({ length: 50 }, (_, n) => store.put(key, `w${n}`, { condition: { ifMatch: etag } }));
    const results = await Promise.allSettled(attempts);
    const winners = results.flatMap((result, n) => (result.status === 'fulfilled' ? [n] : []));
    expect(winners).toHaveLength(1);
    expect((await store.get(key)).body.toString()).toBe(`w${winners[0]}`);
  });

  test('counters that are swapped with If-Match lose no step', async () => {
    const { store, prefix } = await makeStore();
    const key = `${prefix}counter`;
    await store.put(key, '0');
    const step = async (): Promise<void> => {
      const { body, etag } = await store.get(key);
      try {
        await store.put(key, String(Number(body) + 1), { condition: { ifMatch: etag } });
      } catch (error) {
        expect(error).toMatchObject({ code: 'PRECONDITION_FAILED' });
        return step();
      }
    };
    await Promise.all(Array.from({ length: 8 }, step));
    expect((await store.get(key)).body.toString()).toBe('8');
  });

  test('If-Match against nothing fails as a precondition', async () => {
    const { store, prefix } = await makeStore();
    const put = store.put(`${prefix}absent`, 'x', { condition: { ifMatch: '"5d41402abc4b2a76b9719d911017c592"' } });
    await expect(put).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
    expect(await store.head(`${prefix}absent`)).toBeNull();
  });

  test('a read that names an ETag refuses another version', async () => {
    const { store, prefix } = await makeStore();
    const old = await store.put(`${prefix}v`, 'one');
    const now = await store.put(`${prefix}v`, 'two');
    expect((await store.get(`${prefix}v`, { ifMatch: now.etag })).body.toString()).toBe('two');
    await expect(store.get(`${prefix}v`, { ifMatch: old.etag })).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
  });

  test('a deleted key can be made anew under If-None-Match', async () => {
    const { store, prefix } = await makeStore();
    const ifAbsent = { condition: { ifAbsent: true } } as const;
    await store.put(`${prefix}again`, '1', ifAbsent);
    await store.delete(`${prefix}again`);
    await store.put(`${prefix}again`, '2', ifAbsent);
    expect((await store.get(`${prefix}again`)).body.toString()).toBe('2');
  });
}

function listing(makeStore: MakeStore): void {
  test(
    'thousands of keys come page by page in UTF-8 order, none twice, none lost',
    async () => {
      const { store, prefix } = await makeStore();
      // U+FFFD sorts before U+10000 in UTF-8, and after it in JavaScript's own order.
      const odd = ['Z', 'a', 'é', '\ufffd', '\u{10000}', '~', '0'].map((name) => `${prefix}n/${name}`);
      const plain = Array.from({ length: 2100 }, (_, n) => `${prefix}n/${String(n).padStart(5, '0')}`);
      const keys = [...odd, ...plain];
      await inBatches(keys, 50, (key) => store.put(key, ''));
      await store.put(`${prefix}o`, 'beside the prefix');
      const seen: string[] = [];
      let pages = 0;
      for (let after: string | undefined, more = true; more; pages++) {
        const page = await store.list({ prefix: `${prefix}n/`, ...(after === undefined ? {} : { after }) });
        expect(page.objects.length).toBeLessThanOrEqual(1000);
        seen.push(...page.objects.map((object) => object.key));
        more = page.next !== null;
        if (page.next !== null) after = page.next;
      }
      expect(pages).toBe(3);
      expect(seen).toEqual(keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
    },
    MANY_KEYS_TIMEOUT_MS,
  );

  test('a listing begins strictly after the key it is given, which need not exist', async () => {
    const { store, prefix } = await makeStore();
    for (const name of ['a', 'b', 'c']) await store.put(`${prefix}${name}`, name);
    const names = async (after: string) =>
      (await store.list({ prefix, after })).objects.map((object) => object.key.slice(prefix.length));
    expect(await names(`${prefix}a`)).toEqual(['b', 'c']);
    expect(await names(`${prefix}aa`)).toEqual(['b', 'c']);
    expect(await names(`${prefix}c`)).toEqual([]);
    expect(await names('\x01')).toEqual(['a', 'b', 'c']);
  });

  test('a full last page says that nothing follows', async () => {
    const { store, prefix } = await makeStore();
    for (const name of ['a', 'b']) await store.put(`${prefix}${name}`, name);
    expect((await store.list({ prefix, limit: 2 })).next).toBeNull();
    expect((await store.list({ prefix, limit: 1 })).next).toBe(`${prefix}a`);
    expect(await store.list({ prefix: `${prefix}none/` })).toEqual({ objects: [], prefixes: [], next: null });
  });

  test('a delimiter folds what lies deeper into prefixes, over pages', async () => {
    const { store, prefix } = await makeStore();
    const keys = ['a/1', 'a/2', 'a/b/3', 'b', 'c/1', 'c0', 'd/1', 'd/2'];
    for (const key of keys) await store.put(prefix + key, key);
    const found: string[] = [];
    let folded: string[] = [];
    for (let after: string | undefined, more = true; more; ) {
      const page = await store.list({ prefix, delimiter: '/', limit: 2, ...(after === undefined ? {} : { after }) });
      expect(page.objects.length + page.prefixes.length).toBeLessThanOrEqual(2);
      found.push(...page.objects.map((object) => object.key.slice(prefix.length)));
      folded = folded.concat(page.prefixes.map((key) => key.slice(prefix.length)));
      more = page.next !== null;
      if (page.next !== null) after = page.next;
    }
    expect(found).toEqual(['b', 'c0']);
    expect(folded).toEqual(['a/', 'c/', 'd/']);
  });
}

function largeBodies(makeStore: MakeStore): void {
  test('a stream of many megabytes arrives whole, and streams out whole and in part', async () => {
    const { store, prefix } = await makeStore();
    const piece = randomBytes(1_000_003);
    const pieces = 12;
    const source = Readable.from(Array.from({ length: pieces }, () => piece));
    const put = await store.putStream(`${prefix}large`, source, { contentType: 'application/octet-stream' });
    expect(put.bytes).toBe(pieces * piece.length);
    const whole = await collect((await store.getStream(`${prefix}large`)).body);
    expect(whole.equals(Buffer.concat(Array.from({ length: pieces }, () => piece)))).toBe(true);
    const range = { from: 3_000_000, to: 6_500_000 };
    const part = await store.getStream(`${prefix}large`, { range });
    expect((await collect(part.body)).equals(whole.subarray(range.from, range.to + 1))).toBe(true);
    expect(part.bytes).toBe(whole.length);
  });

  test('a stream obeys the condition of its write', async () => {
    const { store, prefix } = await makeStore();
    const put = (text: string) =>
      store.putStream(`${prefix}once`, Readable.from([Buffer.from(text)]), { condition: { ifAbsent: true }, bytes: 3 });
    await put('one');
    await expect(put('two')).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
    expect((await store.get(`${prefix}once`)).body.toString()).toBe('one');
  });

  test('a stream that breaks leaves nothing behind', async () => {
    const { store, prefix } = await makeStore();
    const broken = Readable.from(
      (async function* () {
        yield Buffer.alloc(100);
        throw new Error('the client went away');
      })(),
    );
    await expect(store.putStream(`${prefix}broken`, broken)).rejects.toThrow();
    expect(await store.head(`${prefix}broken`)).toBeNull();
  });
}

function aborting(makeStore: MakeStore): void {
  test('a signal that was given stops a call before its effect', async () => {
    const { store, prefix } = await makeStore();
    const signal = AbortSignal.abort();
    await expect(store.put(`${prefix}stop`, 'x', { signal })).rejects.toMatchObject({ code: 'ABORTED' });
    await expect(store.get(`${prefix}stop`, { signal })).rejects.toMatchObject({ code: 'ABORTED' });
    expect(await store.head(`${prefix}stop`)).toBeNull();
  });
}

async function collect(stream: Readable): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

async function inBatches<T>(items: readonly T[], width: number, work: (item: T) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < items.length; at += width) await Promise.all(items.slice(at, at + width).map(work));
}
