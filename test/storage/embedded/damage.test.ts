import { open, readdir, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { translateFailure } from '../../../storage/embedded/failures.ts';
import type { Embedded } from '../../../storage/embedded/index.ts';
import { Ledger } from '../../../storage/embedded/ledger.ts';
import { readLocalBody } from '../../../storage/localBody.ts';
import { embedded, temporaryFolder } from '../folders.ts';

const MIB = 1024 * 1024;

async function onlyBody(storage: Embedded): Promise<string> {
  const all = await readdir(join(storage.folder, 'bodies'), { recursive: true, withFileTypes: true });
  const file = all.find((entry) => entry.isFile());
  return join(file?.parentPath ?? '', file?.name ?? '');
}

async function flipByte(path: string, at: number): Promise<void> {
  const file = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, at);
  byte[0] = (byte[0] ?? 0) ^ 1;
  await file.write(byte, 0, 1, at);
  await file.close();
}

test('one flipped bit is found by every read that touches it, and by no other', async () => {
  const storage = await embedded();
  const { results } = storage.stores;
  await results.putStream('x', Readable.from([Buffer.alloc(3 * MIB + 5, 7)]));
  await flipByte(await onlyBody(storage), 2 * MIB + 10);
  const damaged = { code: 'CORRUPT_STORE', retryable: false };
  await expect(results.get('x')).rejects.toMatchObject(damaged);
  await expect(results.get('x', { range: { from: 2 * MIB, to: 2 * MIB } })).rejects.toMatchObject(damaged);
  const { body } = await results.getStream('x');
  await expect(body.toArray()).rejects.toMatchObject(damaged);
  expect((await results.get('x', { range: { from: 3 * MIB } })).body.length).toBe(5);
});

test('a body that is cut or missing is found, and putting it again heals it', async () => {
  const storage = await embedded();
  const { uploads } = storage.stores;
  const local = async () => readLocalBody((await uploads.locate?.('x'))!);
  await uploads.put('x', 'whole body');
  const path = await onlyBody(storage);
  for (const harm of [() => truncate(path, 4), () => flipByte(path, 2), () => rm(path)]) {
    await harm();
    await expect(uploads.get('x')).rejects.toMatchObject({ code: 'CORRUPT_STORE', retryable: false });
    await expect(local()).rejects.toMatchObject({ code: 'CORRUPT_STORE', retryable: false });
    await uploads.put('x', 'whole body');
    expect((await uploads.get('x')).body.toString()).toBe('whole body');
    expect((await local()).toString()).toBe('whole body');
  }
});

test('a small body that is cut or changed in its row is found, and putting it again heals it', async () => {
  const storage = await embedded();
  const { results } = storage.stores;
  const db = new DatabaseSync(join(storage.folder, 'store.sqlite'));
  for (const harm of ['whole bodz', 'whole', '']) {
    await results.put('x', 'whole body');
    db.prepare('UPDATE bodies SET body = ?').run(Buffer.from(harm));
    await expect(results.get('x')).rejects.toMatchObject({ code: 'CORRUPT_STORE', retryable: false });
    await expect(storage.backup(join(await temporaryFolder(), 'backup'))).rejects.toMatchObject({
      code: 'CORRUPT_STORE',
    });
  }
  await results.put('x', 'whole body');
  expect((await results.get('x')).body.toString()).toBe('whole body');
  db.close();
});

test('a full disk is STORAGE_FULL, whatever says so', async () => {
  const full = await open('/dev/full', 'w');
  const error = await full.writeFile('x').catch((cause: unknown) => cause);
  await full.close().catch(() => {});
  expect(translateFailure(error, 'Writing')).toMatchObject({ code: 'STORAGE_FULL' });
});

test('a full database refuses the write whole, keeps what it has, and goes on once there is space', async () => {
  const folder = await temporaryFolder();
  const ledger = new Ledger(join(folder, 'small.sqlite'));
  await ledger.configure();
  ledger.db.exec('CREATE TABLE t (n INTEGER, filler TEXT); PRAGMA max_page_count = 20');
  const insert = (n: number) =>
    ledger.transact(() => {
      ledger.sql('INSERT INTO t VALUES (?, ?)').run(n, 'x'.repeat(3000));
    });
  let written = 0;
  const fill = async () => {
    for (; ; written++) await insert(written);
  };
  await expect(fill()).rejects.toMatchObject({ code: 'STORAGE_FULL' });
  // Some of a group may fit; who is told that it was written is right.
  const results = await Promise.allSettled([insert(1000), insert(1001)]);
  expect(results.every((result) => result.status === 'rejected')).toBe(true);
  expect(ledger.db.prepare('SELECT count(*) AS n FROM t').get()?.n).toBe(written);
  ledger.db.exec('PRAGMA max_page_count = 1000');
  await insert(2000);
  await ledger.close();
});

test('a database that is not one is CORRUPT_STORE', () => {
  const db = new DatabaseSync(':memory:');
  const notOne = Object.assign(new Error('file is not a database'), { code: 'ERR_SQLITE_ERROR', errcode: 26 });
  expect(translateFailure(notOne, 'Opening')).toMatchObject({ code: 'CORRUPT_STORE' });
  db.close();
});

test('one failing write of a group does not undo its neighbours', async () => {
  const storage = await embedded();
  const { results } = storage.stores;
  const ifAbsent = { condition: { ifAbsent: true } } as const;
  const writes = ['a', 'b', 'a', 'c'].map((key) => results.put(key, key, ifAbsent));
  const outcomes = (await Promise.allSettled(writes)).map((outcome) => outcome.status);
  expect(outcomes.filter((status) => status === 'fulfilled')).toHaveLength(3);
  for (const key of ['a', 'b', 'c']) expect((await results.get(key)).body.toString()).toBe(key);
});
