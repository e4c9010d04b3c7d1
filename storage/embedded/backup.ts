import { constants, copyFile, mkdir, open, readdir, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { backup as backupDatabase, DatabaseSync } from 'node:sqlite';
import { FiducialError } from '../../domain/errors.ts';
import type { Bodies, BodyRecord } from './bodies.ts';
import { translateFailure } from './failures.ts';
import type { Ledger } from './ledger.ts';
import { SmallBodies } from './smallBodies.ts';

export const DATABASE = 'store.sqlite';

export interface BackupReport {
  readonly objects: number;
  readonly bodies: number;
  readonly bytes: number;
}

/**
 * Copies a live folder to `to`, which must be empty or absent: the rows as of one moment, the small bodies among them,
 * then every file they name (none is unlinked meanwhile). Each body is checked. The database gets its name last, so that half a backup is not taken
 * for a whole one.
 * @throws CORRUPT_STORE where a body is damaged, STORAGE_FULL, INVALID_INPUT.
 */
export async function backupFolder(from: string, ledger: Ledger, bodies: Bodies, to: string): Promise<BackupReport> {
  try {
    await assertEmpty(to);
    const copy = join(to, `${DATABASE}.partial`);
    await copyRows(ledger.path, copy);
    const report = await copyBodies(copy, bodies, to);
    await copyFile(join(from, 'secret'), join(to, 'secret'));
    await syncPath(join(to, 'secret'));
    await rename(copy, join(to, DATABASE));
    await syncPath(to);
    return report;
  } catch (error) {
    throw translateFailure(error, `The backup to ${to}`);
  }
}

/** Over a connection of its own and in one step: one moment's rows, however much is written meanwhile. */
async function copyRows(from: string, to: string): Promise<void> {
  const source = new DatabaseSync(from, { readOnly: true, timeout: 1000 });
  try {
    await backupDatabase(source, to, { rate: 2 ** 31 - 1 });
  } finally {
    source.close();
  }
}

async function assertEmpty(to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  if ((await readdir(to)).length > 0) {
    throw new FiducialError(
      'INVALID_INPUT',
      `Expected an empty folder for the backup, but ${to} has files; name another`,
    );
  }
}

async function copyBodies(database: string, bodies: Bodies, to: string): Promise<BackupReport> {
  const db = new DatabaseSync(database);
  try {
    // Not a log of its own: one file is the whole backup of the rows.
    db.exec('PRAGMA journal_mode = DELETE');
    const objects = Number(db.prepare('SELECT count(*) AS n FROM objects').get()?.n);
    let count = 0;
    let bytes = 0;
    const folders = new Set<string>();
    const small = new SmallBodies((sql) => db.prepare(sql));
    for (const row of db.prepare('SELECT hash, bytes, checks FROM objects GROUP BY hash').iterate()) {
      const record = row as unknown as BodyRecord;
      count++;
      bytes += record.bytes;
      if (!(await isFile(bodies.pathOf(record.hash))) && small.find(record)) continue;
      const folder = join(to, 'bodies', record.hash.slice(0, 2));
      if (!folders.has(folder)) await mkdir(folder, { recursive: true });
      folders.add(folder);
      await copyBody(bodies, record, join(folder, record.hash));
    }
    for (const folder of folders) await syncPath(folder);
    if (folders.size > 0) await syncPath(join(to, 'bodies'));
    return { objects, bodies: count, bytes };
  } finally {
    db.close();
  }
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() ?? false;
}

async function copyBody(bodies: Bodies, record: BodyRecord, path: string): Promise<void> {
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL);
  try {
    for await (const piece of bodies.read(record, 0, record.bytes)) {
      for (let at = 0; at < piece.length; ) at += (await file.write(piece, at)).bytesWritten;
    }
    await file.datasync();
  } finally {
    await file.close();
  }
}

export async function syncPath(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A folder that was just made has its name in its parent. */
export async function syncParent(path: string): Promise<void> {
  await syncPath(dirname(path));
}
