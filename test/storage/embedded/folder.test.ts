import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { assertLocalFileSystem, networkFileSystem } from '../../../storage/embedded/fileSystem.ts';
import { openEmbedded } from '../../../storage/embedded/index.ts';
import { MIGRATIONS, migrate, needsMigration, schemaVersion } from '../../../storage/embedded/schema.ts';
import { SMALL_BODY_BYTES } from '../../../storage/embedded/smallBodies.ts';
import { readLocalBody } from '../../../storage/localBody.ts';
import { embedded, temporaryFolder } from '../folders.ts';

async function bodiesIn(folder: string): Promise<string[]> {
  const all = await readdir(join(folder, 'bodies'), { recursive: true, withFileTypes: true });
  return all.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

test('what was written is there after the folder is opened again', async () => {
  const folder = await temporaryFolder();
  const first = await openEmbedded({ folder });
  await first.stores.models.put('shared/models/x', 'body', { contentType: 'text/plain' });
  await first.queues.train.send('job', { group: 'p' });
  await first.close();
  const second = await embedded({ folder });
  expect(await second.stores.models.get('shared/models/x')).toMatchObject({ contentType: 'text/plain', bytes: 4 });
  const [message] = await second.queues.train.receive({ max: 1, waitSeconds: 0, leaseSeconds: 30 });
  expect(message).toMatchObject({ body: 'job', group: 'p' });
});

test('equal bodies are one file, and a body that nothing refers to goes when a process starts alone', async () => {
  const folder = await temporaryFolder();
  const first = await openEmbedded({ folder });
  await first.stores.uploads.put('a', 'same');
  await first.stores.uploads.put('b', 'same');
  await first.stores.uploads.put('c', 'old');
  await first.stores.uploads.put('c', 'new');
  await first.stores.uploads.put('d', 'deleted');
  await first.stores.uploads.delete('d');
  expect(await bodiesIn(folder)).toHaveLength(4);
  await writeFile(join(folder, 'tmp', 'left-by-a-crash'), 'half');
  const beside = await openEmbedded({ folder });
  expect(beside.collected).toBeNull();
  expect(await bodiesIn(folder)).toHaveLength(4);
  await beside.close();
  await first.close();
  const alone = await embedded({ folder });
  expect(alone.collected).toBe(2);
  expect(await bodiesIn(folder)).toHaveLength(2);
  expect(existsSync(join(folder, 'tmp', 'left-by-a-crash'))).toBe(false);
  expect((await alone.stores.uploads.get('c')).body.toString()).toBe('new');
});

test('small bodies of results and models are rows, larger ones and all uploads files', async () => {
  const folder = await temporaryFolder();
  const first = await openEmbedded({ folder });
  const [small, large] = [Buffer.alloc(SMALL_BODY_BYTES, 1), Buffer.alloc(SMALL_BODY_BYTES + 1, 2)];
  await first.stores.results.put('small', small);
  await first.stores.models.put('same', small);
  await first.stores.results.put('empty', '');
  await first.stores.results.put('gone', 'x');
  await first.stores.results.delete('gone');
  expect(await bodiesIn(folder)).toEqual([]);
  await first.stores.results.put('large', large);
  expect(await bodiesIn(folder)).toHaveLength(1);
  await first.stores.uploads.put('small', small);
  expect(await bodiesIn(folder)).toHaveLength(2);
  await first.close();
  const { stores, collected } = await embedded({ folder });
  expect(collected).toBe(1);
  expect((await stores.results.get('small')).body.equals(small)).toBe(true);
  expect((await stores.results.get('small', { range: { from: 5, to: 7 } })).body).toEqual(Buffer.from([1, 1, 1]));
  expect(Buffer.concat(await (await stores.models.getStream('same')).body.toArray()).equals(small)).toBe(true);
  expect((await stores.results.get('empty')).body.length).toBe(0);
  expect((await stores.results.get('large')).body.equals(large)).toBe(true);
  expect((await stores.uploads.get('small')).body.equals(small)).toBe(true);
});

test('ten openings at once agree on one secret and one test event', async () => {
  const folder = await temporaryFolder();
  const all = await Promise.all(Array.from({ length: 10 }, () => embedded({ folder, baseUrl: 'http://x' })));
  const policy = await all[0]?.stores.uploads.signUpload({
    keyPrefix: 'p/',
    minBytes: 0,
    maxBytes: 9,
    expiresInSeconds: 60,
  });
  for (const storage of all) {
    expect(storage.signer.verifyUpload('uploads', { ...policy?.fields, key: 'p/x' }).key).toBe('p/x');
  }
  expect((await all[0]?.queues.plan.counts())?.visible).toBe(1);
  expect((await stat(join(folder, 'secret'))).mode & 0o077).toBe(0);
});

test('network file systems are known by their numbers, and local ones pass', async () => {
  expect(networkFileSystem(0x6969)).toBe('NFS');
  // As Node gives it on some systems: signed.
  expect(networkFileSystem(-11317950)).toBe('CIFS');
  expect(networkFileSystem(0xef53)).toBeNull();
  await assertLocalFileSystem(await temporaryFolder());
});

test('a folder that version 1 wrote opens with all that is in it', async () => {
  const folder = await temporaryFolder();
  await cp(new URL('./releases/v1', import.meta.url), folder, { recursive: true });
  const { stores, queues, folderVersion, collected } = await embedded({ folder });
  expect(folderVersion).toBe(MIGRATIONS.length);
  expect(collected).toBe(0);
  const commit = await stores.uploads.get('commits/default/b/c.json');
  expect(commit).toMatchObject({ contentType: 'application/json', modifiedAt: new Date(1_790_000_000_000) });
  expect((await stores.results.get('default/runs/r/done.json')).body.toString()).toBe('{"run":"r"}');
  expect([...(await stores.models.get('shared/models/nose/1/model.onnx')).body]).toEqual([8, 1, 2, 3]);
  // The test event and the commit's; no second test event.
  expect((await queues.plan.counts()).visible).toBe(2);
  const [message] = await queues.score.receive({ max: 1, waitSeconds: 0, leaseSeconds: 30 });
  expect(message).toMatchObject({ body: 'waiting', group: 'default', receives: 1 });
});

test('a folder of a later release is refused, and says which release to use', async () => {
  const folder = await temporaryFolder();
  await (await openEmbedded({ folder })).close();
  const db = new DatabaseSync(join(folder, 'store.sqlite'));
  db.exec('PRAGMA user_version = 99');
  db.close();
  await expect(openEmbedded({ folder })).rejects.toMatchObject({
    code: 'INVALID_CONFIG',
    message: expect.stringContaining('99'),
  });
});

test('a folder of an earlier version is brought up to date in one step, or not at all', () => {
  const db = new DatabaseSync(':memory:');
  migrate(db);
  db.exec("INSERT INTO notifications VALUES ('uploads', 'commits/', 'plan')");
  const broken = [...MIGRATIONS, 'ALTER TABLE objects ADD COLUMN note TEXT; SELECT * FROM nowhere'];
  expect(() => migrate(db, broken)).toThrow(/nowhere/);
  expect(schemaVersion(db)).toBe(MIGRATIONS.length);
  const next = [...MIGRATIONS, 'ALTER TABLE objects ADD COLUMN note TEXT'];
  expect(needsMigration(db, next)).toBe(true);
  migrate(db, next);
  expect(schemaVersion(db)).toBe(next.length);
  expect(db.prepare('SELECT note FROM objects').all()).toEqual([]);
  expect(db.prepare('SELECT count(*) AS n FROM notifications').get()?.n).toBe(1);
});

test('a backup of a folder in use opens clean and has all that was acknowledged before it began', async () => {
  const storage = await embedded();
  for (let n = 0; n < 50; n++) await storage.stores.results.put(`before/${n}`, `body ${n}`);
  // One that is a row and a file, and one that is a file alone.
  await storage.stores.uploads.put('image', 'body 0');
  await storage.stores.results.put('large', Buffer.alloc(SMALL_BODY_BYTES + 1));
  await storage.queues.score.send('waiting');
  let writing = true;
  const writer = (async () => {
    for (let n = 0; writing; n++) await storage.stores.results.put(`during/${n}`, `body ${n}`);
  })();
  const to = join(await temporaryFolder(), 'backup');
  const report = await storage.backup(to);
  writing = false;
  await writer;
  expect(report.objects).toBeGreaterThanOrEqual(52);
  const copy = await embedded({ folder: to });
  for (let n = 0; n < 50; n++) {
    expect((await copy.stores.results.get(`before/${n}`)).body.toString()).toBe(`body ${n}`);
  }
  for (const { key } of (await copy.stores.results.list({ prefix: 'during/' })).objects) {
    await copy.stores.results.get(key);
  }
  expect(readLocalBody((await copy.stores.uploads.locate?.('image'))!).toString()).toBe('body 0');
  expect((await copy.stores.results.get('large')).body.length).toBe(SMALL_BODY_BYTES + 1);
  expect((await copy.queues.score.counts()).visible).toBe(1);
  expect(copy.collected).toBe(0);
});

test('a backup goes to an empty folder only', async () => {
  const storage = await embedded();
  const to = await temporaryFolder();
  await mkdir(join(to, 'photos'));
  await expect(storage.backup(to)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
});
